//go:build tools

// Package testbed names the program that is built here.
package testbed

import _ "helm.sh/helm/v3/cmd/helm"
