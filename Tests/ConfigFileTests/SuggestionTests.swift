import ConfigFile
import Testing

/// "Did you mean": near names are found, far ones are not offered.
@Suite struct SuggestionTests {
  @Test(arguments: [
    ("temprature", "temperature"), ("temperatrue", "temperature"), ("Humidity", "humidity"), ("humdity", "humidity"),
    ("on", nil), ("zebra", nil),
  ])
  func closest(name: String, expected: String?) {
    #expect(Suggestion.closest(to: name, among: ["temperature", "humidity", "pressure", "illuminance"]) == expected)
  }

  /// Against the plain recursive definition.
  @Test func distanceIsTheEditDistance() {
    func naive(_ a: ArraySlice<UInt8>, _ b: ArraySlice<UInt8>) -> Int {
      guard let x = a.last, let y = b.last else { return max(a.count, b.count) }
      let (shortA, shortB) = (a.dropLast(), b.dropLast())
      var best = min(naive(shortA, b) + 1, naive(a, shortB) + 1, naive(shortA, shortB) + (x == y ? 0 : 1))
      if a.count > 1, b.count > 1, x == shortB.last, y == shortA.last {
        best = min(best, naive(shortA.dropLast(), shortB.dropLast()) + 1)
      }
      return best
    }
    var generator = SeededGenerator(state: 7)
    for _ in 0..<300 {
      let a = (0..<Int.random(in: 0...5, using: &generator)).map { _ in UInt8.random(in: 97...99, using: &generator) }
      let b = (0..<Int.random(in: 0...5, using: &generator)).map { _ in UInt8.random(in: 97...99, using: &generator) }
      #expect(Suggestion.distance(a, b, limit: 10) == naive(a[...], b[...]))
    }
  }
}
