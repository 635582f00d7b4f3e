package annotate

import (
	"encoding/json"
	"io"
)

// jsonDocument is the layout that other programs read.
type jsonDocument struct {
	Sections map[string]map[string]jsonOption `json:"sections"`
	Parts    []string                         `json:"parts"`
}

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

// JSON writes a document as one JSON object.
func JSON(w io.Writer, d *Document) error {
	out := jsonDocument{Sections: make(map[string]map[string]jsonOption, len(d.Sections)), Parts: d.Parts}
	for _, s := range d.Sections {
		options := make(map[string]jsonOption, len(s.Options))
		for _, o := range s.Options {
			options[o.Name] = newJSONOption(o)
		}
		out.Sections[s.Name] = options
	}
	if out.Parts == nil {
		out.Parts = []string{}
	}
	return encode(w, out)
}

// OptionJSON writes one option as a JSON object.
func OptionJSON(w io.Writer, o Option) error { return encode(w, newJSONOption(o)) }

func newJSONOption(o Option) jsonOption {
	j := jsonOption{From: make([]jsonFrom, len(o.From))}
	if o.Err != nil {
		j.Error = o.Err.Error()
	} else {
		j.Value = &o.Value
	}
	for i, c := range o.From {
		j.From[i] = jsonFrom{source(profileFile(c.Position)), c.Line, c.Op}
	}
	return j
}

func encode(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(v)
}
