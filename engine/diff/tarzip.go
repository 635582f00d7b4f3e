package diff

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
)

// The standard library's readers serve better here than
// github.com/mholt/archives: they show every field of a header, and what they
// allocate is bounded by the file once its members are.

// tarMembers lists a tar archive's members with their content.
func (l *looker) tarMembers(data []byte) (all []*member, err error) {
	r := tar.NewReader(bytes.NewReader(data))
	for {
		h, err := r.Next()
		if err == io.EOF {
			return all, nil
		}
		// A name that climbs does no harm where nothing is written.
		if err != nil && !errors.Is(err, tar.ErrInsecurePath) {
			return nil, fmt.Errorf("%w: %w", errDamaged, err)
		}
		if len(all) == maxMembers {
			return nil, errMany
		}
		m := &member{memberKey: memberKey{name: h.Name}, fields: tarFields(h)}
		if h.Typeflag == tar.TypeReg {
			if m.data, err = l.read(r); err != nil {
				return nil, err
			}
		}
		all = append(all, m)
	}
}

func tarFields(h *tar.Header) []attribute {
	return []attribute{
		{CauseTimestamp, "mtime", stamp(h.ModTime)},
		{CauseOwner, "owner", fmt.Sprintf("%d:%d %s:%s", h.Uid, h.Gid, h.Uname, h.Gname)},
		{CauseMode, "mode", fmt.Sprintf("%04o", h.Mode)},
		{CauseKind, "type", fmt.Sprintf("%q", h.Typeflag)},
		{CauseTarget, "link target", h.Linkname},
		{CauseHeader, "tar format", h.Format.String()},
	}
}

// zipMembers lists a zip archive's members; their content is read later.
func (l *looker) zipMembers(data []byte) ([]*member, error) {
	// The reader makes room for every entry that the directory has.
	if bytes.Count(data, []byte("PK\x01\x02")) > maxMembers {
		return nil, errMany
	}
	r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return nil, fmt.Errorf("%w: %w", errDamaged, err)
	}
	var all []*member
	for _, f := range r.File {
		all = append(all, &member{
			memberKey: memberKey{name: f.Name}, fields: zipFields(f),
			read: func() ([]byte, error) { return l.zipContent(f) },
		})
	}
	return all, nil
}

func zipFields(f *zip.File) []attribute {
	return []attribute{
		{CauseTimestamp, "modified", stamp(f.Modified)},
		{CauseMode, "mode", f.Mode().String()},
		{CauseCompression, "method", fmt.Sprint(f.Method)},
		{CauseHeader, "comment", f.Comment},
	}
}

func (l *looker) zipContent(f *zip.File) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errDamaged, err)
	}
	defer r.Close()
	return l.read(r)
}

func cmpAttribute(a, b attribute) int {
	return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.name, b.name))
}
