package diff

import "errors"

// What one pair of files may cost. A report is for reading: what is beyond
// these limits is named as left out, never dropped silently.
const (
	maxFile    = 64 << 20  // bytes of a file that are looked into; larger ones are compared as bytes
	maxUnpack  = 256 << 20 // bytes that one pair of files may unpack to, all nesting included
	maxDepth   = 3         // archives in archives
	maxMembers = 1 << 16   // of one archive
	maxCauses  = 200       // of one pair of files
	maxListed  = 20        // strings, symbols or store paths named in one cause, each side
	maxSame    = 5         // members named one by one that differ in the same field
	maxLines   = 200       // of a text's difference
	maxLine    = 400       // bytes of a line or string that is shown
	maxWindow  = 1 << 20   // bytes of text, or of strings, that are aligned with each other
)

// The errors of looking into a file; they become causes of kind "unread".
var (
	errLarge   = errors.New("it unpacks to more than belljar looks at")
	errDamaged = errors.New("it is damaged")
	errMany    = errors.New("it has more members than belljar looks at")
)
