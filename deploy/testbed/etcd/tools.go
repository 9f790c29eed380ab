//go:build tools

// Package testbed names the etcd server that the test bed builds.
package testbed

import _ "go.etcd.io/etcd/server/v3"
