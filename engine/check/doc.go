// Package check finds out whether an output is reproducible, and if not, which
// circumstance of its build it depends on: it builds it again under other
// circumstances, and narrows down those that make a difference.
//
// It builds nothing itself: a [Build] does. Every name that it gives is proven
// by builds: with the culprit alone the output differs, with everything but the
// culprits it does not. The search is delta debugging in the order of what the
// differ says: suspects alone first, then binary searches for what is needed to
// differ, as in Junker, "QuickXplain" (2004).
package check
