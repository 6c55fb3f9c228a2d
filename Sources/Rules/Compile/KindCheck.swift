import Pipeline
import Words

/// Says which conditions make sense on which kind of value: `above` needs a number, `equals: heat` a point that knows the
/// name.
enum KindCheck {
  struct Finding {
    var message: LocalizedText
    var hint: LocalizedText?
  }

  private static let numbers = LocalizedText(zh: "数字", en: "numbers")
  private static let useEquals = LocalizedText(zh: "请用“equals”", en: "use \"equals\"")

  /// What is wrong with `condition` at this point, or nil.
  static func finding(_ condition: Condition, at point: PointPlan) -> Finding? {
    let isNumber = point.values == .number
    var isNamed = false
    if case .named = point.values { isNamed = true }
    switch condition.test {
    case .compare(.last, let operand):
      return operandFinding(operand, at: point)
        ?? (point.event && condition.hold > 0 ? endlessHold(at: point) : nil)
    case .compare(.window(let function, _), _):
      if isNamed {
        return unfit(point, function.rawValue, needs: numbers, hint: useEquals)
      }
      if !isNumber, function == .increase || function == .ratePerHour {
        return unfit(
          point, function.rawValue, needs: .init(zh: "计量表", en: "a meter"),
          hint: .init(zh: "请用“count”", en: "use \"count\""))
      }
      return nil
    case .changes:
      return isNumber ? nil : unfit(point, "changes", needs: numbers, hint: useEquals)
    case .quiet, .silent, .stuck, .all, .any, .not:
      return nil
    }
  }

  private static func operandFinding(_ operand: Operand, at point: PointPlan) -> Finding? {
    switch operand.value {
    case .word(let text, _):
      if case .named = point.values { return nil }  // Names differ between profiles: checked over all points together.
      if ValueWord.value(of: text, in: point.values) != nil { return nil }
      let kind = kind(point)
      return Finding(
        message: .init(
          zh: "“\(operand.key): \(text)”不可能成立：\(kind.zh)", en: "\"\(operand.key): \(text)\" cannot be: \(kind.en)"))
    case .number:
      if point.values == .number { return nil }
      return unfit(
        point, operand.key, needs: numbers,
        hint: .init(zh: "请用“equals”，或者缩小“on”的范围", en: "use \"equals\", or narrow \"on\""))
    }
  }

  // Only made when there is something to say: most points are fine.

  private static func endlessHold(at point: PointPlan) -> Finding {
    Finding(
      message: .init(
        zh: "“for”永远无法满足：“\(point.id)”是瞬时的，刚为 true 马上又变回 false",
        en: "\"for\" can never complete: \"\(point.id)\" is momentary, true and at once false again"),
      hint: .init(
        zh: "请去掉“for”，或者用“count:”统计一段时间", en: "leave out \"for\", or use \"count:\" over a window"))
  }

  private static func unfit(
    _ point: PointPlan, _ key: String, needs needed: LocalizedText, hint: LocalizedText
  ) -> Finding {
    let kind = kind(point)
    return Finding(
      message: .init(
        zh: "“\(key)”需要\(needed.zh)；\(kind.zh)", en: "\"\(key)\" needs \(needed.en); \(kind.en)"),
      hint: hint)
  }

  private static func kind(_ point: PointPlan) -> LocalizedText {
    let values = ValueWord.describe(point.values)
    return LocalizedText(zh: "“\(point.id)”的值是\(values.zh)", en: "\"\(point.id)\" is \(values.en)")
  }
}
