package diff

import "bytes"

// commonPrefix is how many bytes two texts start with alike.
func commonPrefix(a, b []byte) int {
	const block = 4096
	n := min(len(a), len(b))
	i := 0
	for i+block <= n && bytes.Equal(a[i:i+block], b[i:i+block]) {
		i += block
	}
	for i < n && a[i] == b[i] {
		i++
	}
	return i
}

// commonSuffix is how many bytes they end with alike.
func commonSuffix(a, b []byte) int {
	const block = 4096
	n := min(len(a), len(b))
	i := 0
	for i+block <= n && bytes.Equal(a[len(a)-i-block:len(a)-i], b[len(b)-i-block:len(b)-i]) {
		i += block
	}
	for i < n && a[len(a)-1-i] == b[len(b)-1-i] {
		i++
	}
	return i
}

// isGraphic tells the bytes that strings are made of.
func isGraphic(c byte) bool { return c >= ' ' && c <= '~' }

const (
	minString  = 4    // bytes
	maxContext = 1024 // how far from a difference its string is looked for
)

// differentStrings lists the printable strings around the differences that
// only one side has, in order.
func differentStrings(a, b []byte) (removed, added []string) {
	start := commonPrefix(a, b)
	end := commonSuffix(a[start:], b[start:])
	for i := 0; i < maxContext && start > 0 && isGraphic(a[start-1]); i++ {
		start--
	}
	for i := 0; i < maxContext && end > 0 && isGraphic(a[len(a)-end]); i++ {
		end--
	}
	before, after := stringsIn(a[start:len(a)-end]), stringsIn(b[start:len(b)-end])
	return missing(before, after), missing(after, before)
}

func stringsIn(data []byte) (all []string) {
	data = data[:min(len(data), maxWindow)]
	start := 0
	for i := 0; i <= len(data); i++ {
		if i < len(data) && isGraphic(data[i]) {
			continue
		}
		if i-start >= minString {
			all = append(all, string(data[start:i]))
		}
		start = i + 1
	}
	return all
}

// signed lists strings of one side after the other, as a difference shows them.
func signed(removed, added []string) string {
	var out bytes.Buffer
	for _, side := range []struct {
		sign string
		all  []string
	}{{"- ", removed}, {"+ ", added}} {
		for i, s := range side.all {
			if i == maxListed {
				out.WriteString(side.sign + "…\n")
				break
			}
			out.WriteString(side.sign + cut(s) + "\n")
		}
	}
	return out.String()
}
