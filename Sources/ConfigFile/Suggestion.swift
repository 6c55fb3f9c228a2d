package import Words

/// "Did you mean": the nearest known name by edit distance (Damerau–Levenshtein, neighbours swapped counts one).
package enum Suggestion {
  /// The candidate nearest to `name`, when it is near enough to be a slip of the keyboard: edits in at most a third of
  /// the longer one's letters, at most 5. The first of equals.
  package static func closest(to name: String, among candidates: some Sequence<String>) -> String? {
    let wanted = Array(name.lowercased().utf8.prefix(200))
    var best: String?
    var bestDistance = Int.max
    for candidate in candidates {
      if candidate == name { continue }
      let length = candidate.utf8.count
      let limit = min(5, max(length, wanted.count) / 3, bestDistance - 1)
      guard limit >= 0, abs(length - wanted.count) <= limit else { continue }
      guard let distance = distance(wanted, Array(candidate.lowercased().utf8), limit: limit) else { continue }
      best = candidate
      bestDistance = distance
      if distance == 0 { break }
    }
    return best
  }

  /// `did you mean "x"?`; else the list of what is known when that is short enough; else nil.
  package static func hint(
    for name: String, among candidates: some Collection<String>, listUpTo: Int = 12
  ) -> LocalizedText? {
    if let closest = closest(to: name, among: candidates) {
      return didYouMean(closest)
    }
    if candidates.isEmpty || candidates.count > listUpTo { return nil }
    let known = candidates.sorted()
    return LocalizedText(zh: "可用的有：\(known.joined(separator: "、"))", en: "known: \(known.joined(separator: ", "))")
  }

  package static func didYouMean(_ name: String) -> LocalizedText {
    LocalizedText(zh: "是不是想写“\(name)”？", en: "did you mean \"\(name)\"?")
  }

  /// Edit distance, or nil when it is above `limit`.
  package static func distance(_ a: [UInt8], _ b: [UInt8], limit: Int) -> Int? {
    if a.isEmpty || b.isEmpty { return max(a.count, b.count) <= limit ? max(a.count, b.count) : nil }
    var beforePrevious = [Int](repeating: 0, count: b.count + 1)
    var previous = Array(0...b.count)
    var current = previous
    for i in 1...a.count {
      current[0] = i
      var rowMinimum = i
      for j in 1...b.count {
        let substitution = previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)
        var value = min(previous[j] + 1, current[j - 1] + 1, substitution)
        if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] { value = min(value, beforePrevious[j - 2] + 1) }
        current[j] = value
        rowMinimum = min(rowMinimum, value)
      }
      if rowMinimum > limit { return nil }
      (beforePrevious, previous, current) = (previous, current, beforePrevious)
    }
    return previous[b.count] <= limit ? previous[b.count] : nil
  }
}
