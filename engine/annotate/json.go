package annotate

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"

	"belljar.build/engine/profile"
)

// jsonOption is an option as other programs read it.
type jsonOption struct {
	Value *string    `json:"value,omitempty"` // absent when there is an error
	From  []jsonFrom `json:"from"`            // oldest first
	Error string     `json:"error,omitempty"`
}

type jsonFrom struct {
	File string `json:"file"`
	Line int    `json:"line"` // of the option's first line; 0 when it is in no file
	Op   string `json:"op"`   // "=", "+=" or "-="
}

// JSON writes a document as one JSON object:
// {"sections": {SECTION: {OPTION: {"value", "from"}}}, "parts": [...]}.
func JSON(w io.Writer, d *Document) error {
	b := bufio.NewWriterSize(w, 1<<16)
	b.WriteString(`{"sections":{`)
	for i, section := range d.Sections {
		if i > 0 {
			b.WriteByte(',')
		}
		if err := writeSection(b, section, d.Options(section)); err != nil {
			return err
		}
	}
	b.WriteString(`},"parts":`)
	parts := d.Parts
	if parts == nil {
		parts = []string{}
	}
	if err := encode(b, parts); err != nil {
		return err
	}
	b.WriteString("}\n")
	return b.Flush() // tells of any earlier error too
}

func writeSection(b *bufio.Writer, name string, options []Option) error {
	if err := encode(b, name); err != nil {
		return err
	}
	b.WriteString(":{")
	for i, o := range options {
		if i > 0 {
			b.WriteByte(',')
		}
		if err := encode(b, o.Name); err != nil {
			return err
		}
		b.WriteByte(':')
		if err := encode(b, newJSONOption(o)); err != nil {
			return err
		}
	}
	b.WriteByte('}')
	return nil
}

// OptionJSON writes one option as a JSON object.
func OptionJSON(w io.Writer, o Option) error {
	b := bufio.NewWriter(w)
	if err := encode(b, newJSONOption(o)); err != nil {
		return err
	}
	b.WriteByte('\n')
	return b.Flush()
}

func newJSONOption(o Option) jsonOption {
	j := jsonOption{From: make([]jsonFrom, len(o.From))}
	if o.Err != nil {
		j.Error = o.Err.Error()
	} else {
		j.Value = &o.Value
	}
	for i, c := range o.From {
		j.From[i] = jsonFrom{source(profile.Position{File: c.File}), c.Line, c.Op}
	}
	return j
}

// encode writes a value as JSON, as people write it: < and & are themselves.
func encode(b *bufio.Writer, v any) error {
	var text bytes.Buffer
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return err
	}
	_, err := b.Write(bytes.TrimSuffix(text.Bytes(), []byte("\n")))
	return err
}
