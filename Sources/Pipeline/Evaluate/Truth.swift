/// Kleene's three values: a condition whose inputs are bad or missing is neither true nor false.
enum Truth: UInt8, BitwiseCopyable, Sendable {
  case no, yes, unknown

  init(_ value: Bool) { self = value ? .yes : .no }

  static prefix func ! (a: Truth) -> Truth {
    switch a {
    case .no: .yes
    case .yes: .no
    case .unknown: .unknown
    }
  }
}
