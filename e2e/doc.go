// Package e2e holds the browser journeys: a real Chromium before the built
// program with its built-in Postgres and the demo cast. They carry the build tag
// browser: go test -tags browser ./e2e.
//
// SCREENSHOTS names a folder that gets a picture of each page a journey looks at.
package e2e
