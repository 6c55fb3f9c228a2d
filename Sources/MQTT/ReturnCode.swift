import CMosquitto

extension mosq_err_t {
  /// As the library's functions return it.
  var code: CInt { CInt(rawValue) }
}
