// Package annotate shows what a profile says: every option of every section with
// its value and the places that it comes from, as text in Buildout's own layout
// and as JSON for programs.
//
// It reads profiles that are loaded and resolved already; it fetches nothing,
// builds nothing, and knows nothing of recipes.
package annotate
