// Package pack is the form in which the program carries the Postgres server: a
// zstd-compressed tar, preceded by a skippable frame that holds the SHA-256 of
// the tar. Any zstd tool can read it.
package pack

import (
	"archive/tar"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"

	"github.com/klauspost/compress/zstd"
)

// skippable is the first of the frame numbers that RFC 8878, section 3.1.2,
// leaves to applications; decoders pass over such frames.
const skippable = 0x184D2A50

// Write writes a pack of what content writes, which must be a tar whose SHA-256
// is digest. Equal input gives equal output.
func Write(w io.Writer, digest [sha256.Size]byte, content func(io.Writer) error) error {
	header := binary.LittleEndian.AppendUint32(nil, skippable)
	header = binary.LittleEndian.AppendUint32(header, sha256.Size)
	if _, err := w.Write(append(header, digest[:]...)); err != nil {
		return err
	}
	z, err := zstd.NewWriter(w,
		zstd.WithEncoderLevel(zstd.SpeedBestCompression),
		zstd.WithWindowSize(32<<20),
		zstd.WithEncoderConcurrency(1)) // more than one worker cuts blocks as time allows
	if err != nil {
		return err
	}
	if err := content(z); err != nil {
		return err
	}
	return z.Close()
}

// Digest reads the digest from the start of a pack.
func Digest(r io.Reader) (digest [sha256.Size]byte, err error) {
	var header struct {
		Magic, Size uint32
		Digest      [sha256.Size]byte
	}
	if err := binary.Read(r, binary.LittleEndian, &header); err != nil {
		return digest, err
	}
	if header.Magic != skippable || header.Size != sha256.Size {
		return digest, errors.New("not a pack")
	}
	return header.Digest, nil
}

// Unpack writes the files of a pack into the folder dir. The pack cannot reach
// outside of it.
func Unpack(r io.Reader, dir string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	z, err := zstd.NewReader(r)
	if err != nil {
		return err
	}
	defer z.Close()
	for files := tar.NewReader(z); ; {
		h, err := files.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := makeFolders(root, path.Dir(h.Name)); err != nil {
			return err
		}
		switch h.Typeflag {
		case tar.TypeSymlink:
			err = root.Symlink(h.Linkname, h.Name)
		case tar.TypeReg:
			err = unpackFile(root, h, files)
		default:
			err = fmt.Errorf("%s: unexpected kind %q", h.Name, h.Typeflag)
		}
		if err != nil {
			return err
		}
	}
}

// makeFolders makes dir and what leads to it, open to everyone whatever the umask:
// another user runs the server.
func makeFolders(root *os.Root, dir string) error {
	err := root.Mkdir(dir, 0o755)
	switch {
	case err == nil:
		return root.Chmod(dir, 0o755)
	case errors.Is(err, fs.ErrExist):
		return nil
	case errors.Is(err, fs.ErrNotExist):
		if err := makeFolders(root, path.Dir(dir)); err != nil {
			return err
		}
		return makeFolders(root, dir)
	}
	return err
}

func unpackFile(root *os.Root, h *tar.Header, r io.Reader) error {
	f, err := root.OpenFile(h.Name, os.O_CREATE|os.O_WRONLY|os.O_EXCL, os.FileMode(h.Mode).Perm())
	if err != nil {
		return err
	}
	_, err = io.Copy(f, r)
	return errors.Join(err, f.Chmod(os.FileMode(h.Mode).Perm()), f.Close())
}
