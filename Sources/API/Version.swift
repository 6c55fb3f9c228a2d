/// The version of this build, as `linli --version` and `status` say it.
package enum Version {
  package static let current = "0.1.0"
}
