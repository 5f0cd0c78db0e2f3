package program

import (
	"crypto/rand"
	"hash/crc32"
	"math/big"
	"strings"
)

// A key is `bw_`, the name of the installation's environment, `_`, 256 random bits and
// a checksum, both in base 62: so leak scanners find it, and one that is mistyped costs
// no query.
const (
	keyPrefix    = "bw_"
	randomSize   = 43 // of 256 bits in base 62
	checksumSize = 6  // of 32 bits
	hintSize     = 4  // of the random part are shown
)

// newSecret makes a key, and how it begins.
func newSecret(environment string) (secret, hint string) {
	bits := make([]byte, 32)
	rand.Read(bits)
	begin := keyPrefix + environment + "_"
	secret = begin + inBase62(new(big.Int).SetBytes(bits), randomSize)
	return secret + checksum(secret), secret[:len(begin)+hintSize]
}

// wellFormed tells whether a text is a key of the environment, without a slip.
func wellFormed(secret, environment string) bool {
	begin := keyPrefix + environment + "_"
	end := len(begin) + randomSize
	return len(secret) == end+checksumSize && strings.HasPrefix(secret, begin) && checksum(secret[:end]) == secret[end:]
}

// checksum is the CRC32 of a text, as in the tokens of GitHub.
func checksum(text string) string {
	return inBase62(big.NewInt(int64(crc32.ChecksumIEEE([]byte(text)))), checksumSize)
}

// inBase62 writes a number with leading zeros.
func inBase62(n *big.Int, size int) string {
	digits := n.Text(62)
	return strings.Repeat("0", size-len(digits)) + digits
}
