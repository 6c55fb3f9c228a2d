// What priorities and steps are called in lists, stories and reports. Messages to people on duty have words of their own for
// steps (`MessageWords`): there they call.
package import Community

extension Priority {
  package var text: LocalizedText {
    switch self {
    case .critical: LocalizedText(zh: "紧急", en: rawValue)
    case .high: LocalizedText(zh: "高", en: rawValue)
    case .medium: LocalizedText(zh: "中", en: rawValue)
    case .low: LocalizedText(zh: "低", en: rawValue)
    }
  }
}

extension AlertEvent.Kind {
  package var text: LocalizedText {
    switch self {
    case .raised: LocalizedText(zh: "报警", en: rawValue)
    case .cleared: LocalizedText(zh: "恢复", en: rawValue)
    case .acknowledged: LocalizedText(zh: "确认", en: rawValue)
    case .assigned: LocalizedText(zh: "指派", en: rawValue)
    case .commented: LocalizedText(zh: "备注", en: rawValue)
    case .shelved: LocalizedText(zh: "搁置", en: rawValue)
    case .unshelved: LocalizedText(zh: "取消搁置", en: rawValue)
    case .closed: LocalizedText(zh: "关闭", en: rawValue)
    case .escalated: LocalizedText(zh: "升级", en: rawValue)
    case .repeated: LocalizedText(zh: "再次提醒", en: rawValue)
    case .realarmed: LocalizedText(zh: "仍未恢复", en: "still active")
    case .suppressed: LocalizedText(zh: "抑制", en: rawValue)
    case .released: LocalizedText(zh: "解除抑制", en: rawValue)
    case .reset: LocalizedText(zh: "复位", en: rawValue)
    case .ordered: LocalizedText(zh: "派工单", en: rawValue)
    }
  }
}
