package report

import (
	"net/url"
	"path"
	"strings"

	"belljar.build/engine/audit"
)

// findingLocation is the part's place in the profile, or else the output's
// file: viewers want one that can be opened.
func findingLocation(f *audit.Finding) sarifLocation {
	l := sarifLocation{Physical: &sarifPhysical{}}
	if target := outputFile(f); target != nil {
		l.Physical.Artifact = *target
	}
	if f.Place != nil {
		l = placeLocation(*f.Place)
	}
	if l.Physical.Artifact.URI == "" {
		l.Physical = nil
	}
	part := Printable(f.Part)
	l.Logical = []sarifLogical{{Name: part, Full: part, Kind: "module"}}
	if f.File != "" {
		file := Printable(f.File)
		l.Logical = append(l.Logical, sarifLogical{Name: path.Base(file), Full: part + "/" + file, Kind: "resource"})
	}
	return l
}

func placeLocation(p audit.Place) sarifLocation {
	l := sarifLocation{Physical: &sarifPhysical{Artifact: sarifArtifact{URI: fileURI(p.File)}}}
	if p.Line > 0 {
		l.Physical.Region = &sarifRegion{p.Line}
	}
	return l
}

// evidenceLocation tells of one thing that shows the finding. Places in binary
// files are words: SARIF's are lines and columns.
func evidenceLocation(i int, e audit.Evidence, f *audit.Finding) sarifLocation {
	l := sarifLocation{ID: &i, Message: &sarifMessage{evidenceText(e)}}
	if target := outputFile(f); target != nil && f.File != "" {
		l.Physical = &sarifPhysical{Artifact: *target}
	}
	return l
}

// outputFile is the file in the store that was looked at, of a member its
// archive; nil when the finding does not say the output.
func outputFile(f *audit.Finding) *sarifArtifact {
	if f.Output == "" {
		return nil
	}
	file, _, _ := strings.Cut(f.File, "!/")
	return &sarifArtifact{URI: fileURI(path.Join(f.Output, file)), BaseID: storeBase}
}

// fileURI makes a URI of a file's name: file: of an absolute one, a relative
// reference of another, and nothing but itself of what is a URL already.
func fileURI(name string) string {
	if u, err := url.Parse(name); err == nil && u.Scheme != "" && u.Host != "" {
		return u.String()
	}
	u := url.URL{Path: name}
	if path.IsAbs(name) {
		u.Scheme = "file"
	}
	return u.String()
}
