// Package audit holds what an auditor is told: the rules, the findings, and the
// policy that says which findings count.
//
// It looks at nothing itself. Package static finds in finished outputs, package
// trace in what a build was observed to do; package report writes findings down.
// What other tools check (auditwheel, conda-build, Yocto's insane.bbclass, Guix's
// validate-runpath, lintian) is where the rules come from.
package audit
