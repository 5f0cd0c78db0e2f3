package pack

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"io"
	"os"
	"path/filepath"
	"testing"
)

func tarOf(t *testing.T, headers ...*tar.Header) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, h := range headers {
		h.Size = int64(len(h.Name))
		if h.Typeflag == tar.TypeSymlink {
			h.Size = 0
		}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if h.Size > 0 {
			io.WriteString(w, h.Name)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func packOf(t *testing.T, content []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	err := Write(&b, sha256.Sum256(content), func(w io.Writer) error {
		_, err := w.Write(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestWhatIsPackedIsUnpacked(t *testing.T) {
	content := tarOf(t,
		&tar.Header{Typeflag: tar.TypeReg, Name: "bin/postgres", Mode: 0o755},
		&tar.Header{Typeflag: tar.TypeReg, Name: "share/postgresql/timezone/UTC", Mode: 0o644},
		&tar.Header{Typeflag: tar.TypeSymlink, Name: "share/zone", Linkname: "postgresql/timezone/UTC"})
	packed := packOf(t, content)
	if !bytes.Equal(packed, packOf(t, content)) {
		t.Error("the same content gives two packs")
	}
	if digest, err := Digest(bytes.NewReader(packed)); err != nil || digest != sha256.Sum256(content) {
		t.Errorf("digest %x, %v", digest, err)
	}
	dir := t.TempDir()
	if err := Unpack(bytes.NewReader(packed), dir); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(dir, "bin/postgres"))
	if err != nil || info.Mode().Perm() != 0o755 {
		t.Errorf("bin/postgres: %v, %v", info, err)
	}
	if text, err := os.ReadFile(filepath.Join(dir, "share/zone")); string(text) != "share/postgresql/timezone/UTC" {
		t.Errorf("by the link: %q, %v", text, err)
	}
}

func TestAPackCannotReachOutside(t *testing.T) {
	for _, headers := range [][]*tar.Header{
		{{Typeflag: tar.TypeReg, Name: "../escaped", Mode: 0o644}},
		{{Typeflag: tar.TypeSymlink, Name: "up", Linkname: ".."}, {Typeflag: tar.TypeReg, Name: "up/escaped", Mode: 0o644}},
	} {
		dir := filepath.Join(t.TempDir(), "inside")
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := Unpack(bytes.NewReader(packOf(t, tarOf(t, headers...))), dir); err == nil {
			t.Errorf("%s was unpacked", headers[len(headers)-1].Name)
		}
		if _, err := os.Stat(filepath.Join(filepath.Dir(dir), "escaped")); err == nil {
			t.Error("a file lies outside")
		}
	}
}

func TestADamagedPackIsRefused(t *testing.T) {
	packed := packOf(t, tarOf(t, &tar.Header{Typeflag: tar.TypeReg, Name: "bin/postgres", Mode: 0o755}))
	if err := Unpack(bytes.NewReader(packed[:len(packed)-9]), t.TempDir()); err == nil {
		t.Error("a pack without its end was unpacked")
	}
	if _, err := Digest(bytes.NewReader([]byte("PK\x03\x04 and so on, for more than forty bytes of it"))); err == nil {
		t.Error("a file of another kind has a digest")
	}
}
