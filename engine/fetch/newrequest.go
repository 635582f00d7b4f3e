package fetch

// NewRequest reads a URL as profiles write it: its digest fragment becomes a
// digest, its last element the name.
func NewRequest(url string) (Request, error) { return Request{URL: url}.complete() }
