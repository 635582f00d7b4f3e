// Package jobserver shares one number of processes among all builds of a run,
// with the protocol of GNU make's jobserver: a make that wants to start one
// more job than it has takes a byte, a token, from a pipe, and gives it back
// when a job ends (GNU make manual, "Job Slots"; make 4.3 and later).
//
// A build, a [Member], joins with the one token that every make has without
// asking, and draws more through pipes of its own: one on which tokens are on
// offer, one by which they come back. Nothing of one build is visible to
// another, and what a build claims to give back counts only as far as it was
// given that much. The pool's [Pool] goroutines move the tokens:
//
//   - free tokens are on offer, so a lone build has all;
//   - a build that waits to join comes before one that wants more;
//   - when there are none left, what lies idle on offer moves to who took its
//     last offer at once, and a returned token goes to who has fewest.
//
// A build that ends, however it ends, gives back all it had.
package jobserver
