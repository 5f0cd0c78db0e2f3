// Package scratch makes the data folders of tests.
package scratch

import (
	"os"
	"path/filepath"
	"time"
)

// abandoned is the age at which the folder of a test is no longer anyone's.
const abandoned = 12 * time.Hour

// Folder makes a folder in memory, where there is enough of it, or else where
// temporary files go. The server's user can get to it. Folders of the same name
// that tests were killed in go away after half a day.
func Folder(name string) (string, error) {
	parent := os.TempDir()
	if memory := "/dev/shm"; os.Getenv("TMPDIR") == "" && roomy(memory) {
		parent = memory
	}
	old, _ := filepath.Glob(filepath.Join(parent, name+"-*"))
	for _, dir := range old {
		if info, err := os.Stat(dir); err == nil && time.Since(info.ModTime()) > abandoned {
			os.RemoveAll(dir)
		}
	}
	dir, err := os.MkdirTemp(parent, name+"-")
	if err != nil {
		return "", err
	}
	return dir, os.Chmod(dir, 0o711)
}
