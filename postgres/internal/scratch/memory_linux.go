package scratch

import "golang.org/x/sys/unix"

// enough bytes for a few servers with their databases.
const enough = 4 << 30

// roomy says whether programs can be put into the folder and run there.
func roomy(dir string) bool {
	var s unix.Statfs_t
	return unix.Statfs(dir, &s) == nil &&
		s.Flags&unix.ST_NOEXEC == 0 &&
		s.Bavail*uint64(s.Bsize) >= enough &&
		unix.Access(dir, unix.W_OK) == nil
}
