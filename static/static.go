// Package static serves the panel's CSS, scripts and icons from inside the program.
// A file's address carries a hash of its content, so it may be cached for ever.
package static

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
)

// Prefix is where the addresses of Path begin.
const Prefix = "/static/"

//go:embed all:dist
var dist embed.FS

type file struct {
	name, contentType string
	plain, gzip, br   []byte
}

var (
	paths = map[string]string{} // panel.css → /static/panel.1a2b3c4d5e6f.css
	files = map[string]file{}   // panel.1a2b3c4d5e6f.css → the file
)

func init() {
	entries, err := dist.ReadDir("dist")
	if err != nil {
		panic(err)
	}
	for _, e := range entries {
		name := e.Name()
		ext := path.Ext(name)
		if ext == "" || ext == ".gz" || ext == ".br" {
			continue
		}
		plain, err := fs.ReadFile(dist, "dist/"+name)
		if err != nil {
			panic(err)
		}
		sum := sha256.Sum256(plain)
		hashed := strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:4]) + ext
		files[hashed] = file{
			name:        name,
			contentType: contentType(ext),
			plain:       plain,
			gzip:        packed(name + ".gz"),
			br:          packed(name + ".br"),
		}
		paths[name] = Prefix + hashed
	}
}

func packed(name string) []byte {
	b, err := fs.ReadFile(dist, "dist/"+name)
	if err != nil {
		return nil
	}
	return b
}

func contentType(ext string) string {
	switch ext {
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	}
	return mime.TypeByExtension(ext)
}

// Built says whether the program was compiled after `node static/build.mjs`.
func Built() bool { return len(files) > 0 }

// Path is the address of a file by its plain name ("panel.css").
// A name that was not built has an address nothing answers at.
func Path(name string) string {
	if p, ok := paths[name]; ok {
		return p
	}
	return Prefix + name
}

// Handler answers GET and HEAD below Prefix, anything else there with 404 or 405.
func Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f, ok := files[strings.TrimPrefix(r.URL.Path, Prefix)]
		if !ok {
			http.NotFound(w, r)
			return
		}
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
			return
		}
		h := w.Header()
		h.Set("Content-Type", f.contentType)
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Vary", "Accept-Encoding")
		body := f.plain
		switch accepted := r.Header.Get("Accept-Encoding"); {
		case f.br != nil && accepts(accepted, "br"):
			body = f.br
			h.Set("Content-Encoding", "br")
		case f.gzip != nil && accepts(accepted, "gzip"):
			body = f.gzip
			h.Set("Content-Encoding", "gzip")
		}
		h.Set("Content-Length", strconv.Itoa(len(body)))
		w.WriteHeader(http.StatusOK)
		if r.Method == http.MethodGet {
			_, _ = w.Write(body)
		}
	})
}

// accepts reads one coding out of an Accept-Encoding header (RFC 9110, 12.5.3); q=0 refuses it.
func accepts(header, coding string) bool {
	for part := range strings.SplitSeq(header, ",") {
		name, params, _ := strings.Cut(part, ";")
		if strings.TrimSpace(name) != coding {
			continue
		}
		q := strings.ReplaceAll(params, " ", "")
		v, found := strings.CutPrefix(q, "q=")
		if !found {
			return true
		}
		weight, err := strconv.ParseFloat(v, 64)
		return err == nil && weight > 0
	}
	return false
}
