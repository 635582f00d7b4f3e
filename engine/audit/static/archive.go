package static

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

var (
	errMany    = errors.New("it has more members than are looked at")
	errDamaged = errors.New("it is damaged")
)

func (s *stream) tar(in io.Reader) error {
	t := &times{run: s.run, label: s.label, subject: "tar members"}
	defer t.tell("pass --mtime=@$SOURCE_DATE_EPOCH to tar")
	r := tar.NewReader(in)
	for range maxMembers {
		h, err := r.Next()
		if err == io.EOF {
			return nil
		}
		// A name that climbs does no harm where nothing is written.
		if err != nil && !errors.Is(err, tar.ErrInsecurePath) {
			return err
		}
		t.see(h.Name, max(unixTime(h.ModTime), unixTime(h.AccessTime), unixTime(h.ChangeTime)))
		if h.Typeflag == tar.TypeReg {
			s.nested(s.member(h.Name), r)
		}
	}
	s.note(s.label, errMany.Error())
	return nil
}

// arHeader is the length of a member's header.
const arHeader = 60

// ar reads an archive of objects, or a Debian package. Long names stay as they
// are written, "/123": findings about objects name the archive.
func (s *stream) ar(in io.Reader) error {
	t := &times{run: s.run, label: s.label, subject: "ar members"}
	defer t.tell("pass D to ar")
	header := make([]byte, arHeader)
	if _, err := io.ReadFull(in, header[:8]); err != nil {
		return err
	}
	var names []byte // GNU's table of long names
	for range maxMembers {
		if _, err := io.ReadFull(in, header); err != nil {
			return ignoreEnd(err)
		}
		size, err := strconv.ParseUint(strings.TrimRight(string(header[48:58]), " "), 10, 40)
		if err != nil || string(header[58:]) != "`\n" {
			return fmt.Errorf("%w: an ar header", errDamaged)
		}
		content := io.LimitReader(in, int64(size))
		name := strings.TrimRight(string(header[:16]), " ")
		if name == "//" {
			names, err = io.ReadAll(io.LimitReader(content, 1<<20))
		} else {
			name = longName(name, names)
			seconds, _ := strconv.ParseInt(strings.TrimRight(string(header[16:28]), " "), 10, 64)
			t.see(name, seconds)
			s.stored(s.member(name), content)
		}
		if err != nil {
			return err
		}
		if _, err := io.Copy(io.Discard, content); err != nil {
			return err
		}
		if _, err := io.CopyN(io.Discard, in, int64(size%2)); err != nil {
			return ignoreEnd(err)
		}
	}
	s.note(s.label, errMany.Error())
	return nil
}

func ignoreEnd(err error) error {
	if err == io.EOF {
		return nil
	}
	return err
}

// longName looks GNU's "/123" up in the table.
func longName(name string, names []byte) string {
	if offset, ok := strings.CutPrefix(name, "/"); ok {
		if n, err := strconv.ParseUint(offset, 10, 31); err == nil && n < uint64(len(names)) {
			found, _, _ := bytes.Cut(names[n:], []byte("/"))
			return cut(string(found))
		}
	}
	return strings.TrimSuffix(name, "/")
}

// zipEnd is the length of the record that ends a zip archive without a comment.
const zipEnd = 22

// metered bounds the list of members: the reader of zip archives keeps all of
// it in memory before it shows any.
type metered struct {
	io.ReaderAt
	left int64
}

func (m *metered) ReadAt(p []byte, at int64) (int, error) {
	if m.left -= int64(len(p)); m.left <= 0 {
		return 0, errMany
	}
	return m.ReaderAt.ReadAt(p, at)
}

// zipEnds tells from the last bytes whether an archive is appended to something
// else: a Python program in one file, or one that unpacks itself.
func zipEnds(tail []byte) bool {
	return len(tail) >= zipEnd && string(tail[len(tail)-zipEnd:][:4]) == "PK\x05\x06"
}

// zip needs to read here and there: what is no file itself is held in memory.
func (s *stream) zip(in io.Reader) error {
	at, size := s.at, s.size
	if at == nil {
		data, err := io.ReadAll(io.LimitReader(in, maxZip+1))
		if err != nil {
			return err
		}
		if len(data) > maxZip {
			return errBound
		}
		at, size = bytes.NewReader(data), int64(len(data))
	}
	directory := &metered{ReaderAt: at, left: maxDirectory}
	r, err := zip.NewReader(directory, size)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return err
	}
	directory.left = math.MaxInt64
	t := &times{run: s.run, label: s.label, subject: "zip entries"}
	for i, f := range r.File {
		if i == maxMembers {
			s.note(s.label, errMany.Error())
			break
		}
		t.see(f.Name, unixTime(f.Modified))
		if content, err := f.Open(); err == nil {
			s.nested(s.member(f.Name), content)
			content.Close()
		}
	}
	t.tell("give the files the time of SOURCE_DATE_EPOCH before they are packed")
	return nil
}
