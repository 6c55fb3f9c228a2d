import Foundation
package import Words

/// Parts that messages are built from.
extension LocalizedText {
  /// A name in quotation marks.
  static func quoted(_ name: some StringProtocol) -> LocalizedText {
    LocalizedText(zh: "“\(name)”", en: "\"\(name)\"")
  }

  /// Words one after the other.
  static func list(_ words: [String]) -> LocalizedText {
    LocalizedText(zh: words.joined(separator: "、"), en: words.joined(separator: ", "))
  }
}

extension LocalizedText {
  /// Why Foundation could not write a file; its own words are English.
  package init(ofWriting error: any Error) {
    let system = error.localizedDescription
    self =
      switch (error as? CocoaError)?.code {
      case .fileWriteNoPermission?: LocalizedText(zh: "没有权限", en: system)
      case .fileWriteOutOfSpace?: LocalizedText(zh: "磁盘已满", en: system)
      case .fileWriteVolumeReadOnly?: LocalizedText(zh: "文件系统是只读的", en: system)
      case .fileNoSuchFile?: LocalizedText(zh: "没有这个目录", en: system)
      default: LocalizedText(system)
      }
  }
}
