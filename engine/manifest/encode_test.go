package manifest

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	helloDigest = "sha256:5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03" // of "hello\n"
	emptyDigest = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	goldenHash  = "7704a6442c50d7156ca942eb576efde649e9b0606708216c77ed05779caaf562"
)

// golden is testdata/golden.manifest as entries.
func golden() *Manifest {
	return &Manifest{Entries: []Entry{
		{Path: ".", Kind: Dir, Mode: 0o755},
		{Path: "\x01\x7f\xff", Kind: Symlink, Mode: 0o777, Target: " %\n"},
		{Path: "!first", Kind: Dir, Mode: 0o700},
		{Path: "!first/empty", Kind: File, Digest: emptyDigest},
		{Path: "100% sure", Kind: File, Mode: 0o644, Size: 6, Digest: helloDigest},
		{Path: "a", Kind: Dir, Mode: 0o1777},
		{Path: "a-b", Kind: File, Mode: 0o4755, Size: 6, Digest: helloDigest},
		{Path: "a/b", Kind: File, Mode: 0o644, Size: 6, Digest: helloDigest},
		{Path: "a/c", Kind: Symlink, Mode: 0o777, Target: "../../outside//./x"},
		{Path: "a/d", Kind: Dir, Mode: 0o2755},
		{Path: "café", Kind: Symlink, Mode: 0o777, Target: "/abs"},
	}}
}

func TestGolden(t *testing.T) {
	want, err := os.ReadFile("testdata/golden.manifest")
	if err != nil {
		t.Fatal(err)
	}
	got, err := golden().Encode()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("encoding differs (-want +got):\n%s", diff)
	}
	if hash := Sum(got); hash != goldenHash {
		t.Errorf("hash is %s, want %s", hash, goldenHash)
	}
	decoded, err := Decode(want)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(golden(), decoded); diff != "" {
		t.Errorf("decoded differs (-want +got):\n%s", diff)
	}
}

func TestDecodeRefuses(t *testing.T) {
	const root = ". dir 0755\n"
	file := " file 0644 6 " + helloDigest + "\n"
	tests := map[string]struct {
		body string // after the header
		want string // in the error
	}{
		"nothing":               {"", "not the root"},
		"no root":               {"a dir 0755\n", "not the root"},
		"root is a file":        {"." + file, "not a folder"},
		"root twice":            {root + root, "\".\""},
		"unsorted":              {root + "b dir 0755\na dir 0755\n", "out of order"},
		"duplicate":             {root + "a dir 0755\na dir 0755\n", "there twice"},
		"file as parent":        {root + "a" + file + "a/b" + file, "lies in no folder"},
		"link as parent":        {root + "a symlink b\na/b" + file, "lies in no folder"},
		"no parent":             {root + "a/b" + file, "lies in no folder"},
		"climbs":                {root + "../a" + file, "lies in no folder"},
		"parent itself":         {root + ".. dir 0755\n", "shortest form"},
		"escaped dot dot":       {root + "%2E%2E dir 0755\n", "shortest form"},
		"absolute":              {root + "/a" + file, "lies in no folder"},
		"slash at the end":      {root + "a dir 0755\na/ dir 0755\n", "shortest form"},
		"dot within":            {root + "a dir 0755\na/. dir 0755\n", "shortest form"},
		"dot dot within":        {root + "a dir 0755\na/.. dir 0755\n", "shortest form"},
		"empty path":            {root + " dir 0755\n", "shortest form"},
		"NUL in a path":         {root + "a%00 dir 0755\n", "NUL"},
		"NUL in a target":       {root + "a symlink b%00\n", "NUL"},
		"empty target":          {root + "a symlink \n", "needs a target"},
		"unknown kind":          {root + "a fifo 0644\n", "unknown kind"},
		"short mode":            {root + "a dir 755\n", "canonical"},
		"long mode":             {root + "a dir 00755\n", "canonical"},
		"mode too large":        {root + "a dir 10000\n", "octal"},
		"mode not octal":        {root + "a dir 0x55\n", "octal"},
		"negative size":         {root + "a file 0644 -1 " + helloDigest + "\n", "negative"},
		"size with zeros":       {root + "a file 0644 06 " + helloDigest + "\n", "canonical"},
		"size with plus":        {root + "a file 0644 +6 " + helloDigest + "\n", "canonical"},
		"size too large":        {root + "a file 0644 9223372036854775808 " + helloDigest + "\n", "number of bytes"},
		"upper-case digest":     {root + "a file 0644 6 sha256:" + strings.ToUpper(helloDigest[7:]) + "\n", "digest"},
		"short digest":          {root + "a file 0644 6 " + helloDigest[:70] + "\n", "digest"},
		"other digest":          {root + "a file 0644 6 sha512:" + helloDigest[7:] + "\n", "digest"},
		"needless escape":       {root + "%61 dir 0755\n", "canonical"},
		"lower-case escape":     {root + "%c3%a9 dir 0755\n", "bad escape"},
		"broken escape":         {root + "a%2 dir 0755\n", "within an escape"},
		"bare byte":             {root + "é dir 0755\n", "canonical"},
		"two spaces":            {root + "a dir  0755\n", "fields"},
		"carriage return":       {root + "a dir 0755\r\n", "octal"},
		"field too many":        {root + "a dir 0755 x\n", "fields"},
		"field too few":         {root + "a dir\n", "too few"},
		"empty line":            {root + "\n", "too few"},
		"last line has no end":  {root + "a dir 0755", "does not end"},
		"file without a digest": {root + "a file 0644 6\n", "fields"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := Decode([]byte(header + tt.body))
			if !errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error is %v, want ErrInvalid with %q", err, tt.want)
			}
		})
	}
}

func TestDecodeVersion(t *testing.T) {
	for _, data := range []string{"", "belljar manifest 2\n. dir 0755\n", "belljar manifest 1", "\n" + header} {
		if _, err := Decode([]byte(data)); !errors.Is(err, ErrVersion) {
			t.Errorf("decoding %q: %v, want ErrVersion", data, err)
		}
	}
}

func TestEncodeRefuses(t *testing.T) {
	root := Entry{Path: ".", Kind: Dir, Mode: 0o755}
	tests := map[string][]Entry{
		"empty":                {},
		"folder with size":     {root, {Path: "a", Kind: Dir, Size: 1}},
		"folder with target":   {root, {Path: "a", Kind: Dir, Target: "b"}},
		"mode of file type":    {root, {Path: "a", Kind: Dir, Mode: 0o40755}},
		"link with mode":       {root, {Path: "a", Kind: Symlink, Mode: 0o755, Target: "b"}},
		"file without digest":  {root, {Path: "a", Kind: File}},
		"no kind":              {root, {Path: "a"}},
		"unsorted":             {root, {Path: "b", Kind: Dir}, {Path: "a", Kind: Dir}},
		"root in second place": {{Path: "!", Kind: Dir}, root},
	}
	for name, entries := range tests {
		t.Run(name, func(t *testing.T) {
			m := &Manifest{Entries: entries}
			if _, err := m.Encode(); !errors.Is(err, ErrInvalid) {
				t.Errorf("error is %v, want ErrInvalid", err)
			}
			if _, err := m.Hash(); !errors.Is(err, ErrInvalid) {
				t.Errorf("error of Hash is %v, want ErrInvalid", err)
			}
		})
	}
}

// Whatever Decode takes, it must give back; the seeds run with every test.
func FuzzDecode(f *testing.F) {
	data, err := golden().Encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte(header + ". dir 0755\n%41 dir 0755\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := Decode(data)
		if err != nil {
			return
		}
		if again, err := m.Encode(); err != nil || string(again) != string(data) {
			t.Errorf("%q became %q (%v)", data, again, err)
		}
	})
}
