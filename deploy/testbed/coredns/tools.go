//go:build tools

// Package testbed names the program that is built here.
package testbed

import _ "github.com/coredns/coredns"
