//go:build tools

// Package restic pins the version of restic that the benchmarks run.
package restic

import _ "github.com/restic/restic/cmd/restic"
