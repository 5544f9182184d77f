module varve.dev/benchmarks/peers/restic

go 1.24

require github.com/restic/restic v0.18.1
