import Pipeline

/// Says which conditions make sense on which kind of value: `above` needs a number, `equals: heat` a point that knows the
/// name.
enum KindCheck {
  struct Finding {
    var message: String
    var hint: String?
  }

  /// What is wrong with `condition` at this point, or nil.
  static func finding(_ condition: Condition, at point: PointPlan) -> Finding? {
    let isNumber = point.values == .number
    var isNamed = false
    if case .named = point.values { isNamed = true }
    switch condition.test {
    case .compare(.last, let operand):
      return operandFinding(operand, at: point)
        ?? (point.event && condition.hold > 0
          ? Finding(
            message: "\"for\" can never complete: \"\(point.id)\" is momentary, true and at once false again",
            hint: "leave out \"for\", or use \"count:\" over a window") : nil)
    case .compare(.window(let function, _), _):
      if isNamed {
        return Finding(message: "\"\(function.rawValue)\" needs numbers; \(kind(point))", hint: "use \"equals\"")
      }
      if !isNumber, function == .increase || function == .ratePerHour {
        return Finding(message: "\"\(function.rawValue)\" needs a meter; \(kind(point))", hint: "use \"count\"")
      }
      return nil
    case .changes:
      return isNumber ? nil : Finding(message: "\"changes\" needs numbers; \(kind(point))", hint: "use \"equals\"")
    case .quiet, .silent, .stuck, .all, .any, .not:
      return nil
    }
  }

  private static func operandFinding(_ operand: Operand, at point: PointPlan) -> Finding? {
    switch operand.value {
    case .word(let text, _):
      if case .named = point.values { return nil }  // Names differ between profiles: checked over all points together.
      if ValueWord.value(of: text, in: point.values) != nil { return nil }
      return Finding(message: "\"\(operand.key): \(text)\" cannot be: \(kind(point))", hint: nil)
    case .number:
      if point.values == .number { return nil }
      return Finding(
        message: "\"\(operand.key)\" needs numbers; \(kind(point))", hint: "use \"equals\", or narrow \"on\"")
    }
  }

  /// Only made when there is something to say: most points are fine.
  private static func kind(_ point: PointPlan) -> String {
    "\"\(point.id)\" is \(ValueWord.describe(point.values))"
  }
}
