package store

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/google/renameio/v2"
	"github.com/klauspost/compress/zstd"
)

// observationPath is where what was observed of a key's last observed build is.
func (s *Store) observationPath(key string) string {
	return s.meta("observed", key[:hashLength]+".jsonl.zst")
}

// Observed tells whether a build of key was observed.
func (s *Store) Observed(key string) bool {
	_, err := os.Stat(s.observationPath(key))
	return err == nil
}

// WriteObservation keeps what was observed of a build of key, read from r to
// its end, in place of what was there. The caller holds the key's lock.
func (s *Store) WriteObservation(key string, r io.Reader) (err error) {
	f, err := renameio.NewPendingFile(s.observationPath(key), renameio.WithPermissions(0o644))
	if err != nil {
		return fmt.Errorf("write the observation: %w", err)
	}
	defer func() { err = errors.Join(err, f.Cleanup()) }()
	w, err := zstd.NewWriter(f, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return fmt.Errorf("write the observation: %w", err)
	}
	_, err = io.Copy(w, r)
	if err := errors.Join(err, w.Close()); err != nil {
		return fmt.Errorf("write the observation: %w", err)
	}
	if err := f.CloseAtomicallyReplace(); err != nil {
		return fmt.Errorf("write the observation: %w", err)
	}
	return nil
}

// Observation opens what was observed of the last observed build of key, lines
// that sandbox/observe reads; ErrAbsent when none was. The caller closes it.
func (s *Store) Observation(key string) (io.ReadCloser, error) {
	f, err := os.Open(s.observationPath(key))
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("an observation: %w", ErrAbsent)
	}
	if err != nil {
		return nil, err
	}
	z, err := zstd.NewReader(f, zstd.WithDecoderConcurrency(1))
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &observation{z, f}, nil
}

type observation struct {
	*zstd.Decoder
	file *os.File
}

func (o *observation) Close() error {
	o.Decoder.Close()
	return o.file.Close()
}
