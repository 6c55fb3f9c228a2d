import ConfigFile
import Pipeline
import Testing

@testable import Rules

/// Rules may call a quantity by another usual name, as profiles may.
@Suite struct QuantityNamesTests {
  private func points(_ quantity: String) -> (selected: [String], isKnown: Bool) {
    let term = Selector.Term(text: quantity, location: SourceLocation(file: "r.yaml", line: 1, column: 1))
    let selector = Selector(terms: [.quantity: [term]])
    let site = SmallSite.site
    return (
      site.select(selector).map { site.plan.points[Int($0)].id },
      NameCheck(site: site, log: ProblemLog()).check(selector)
    )
  }

  @Test(arguments: [("humidity", "relative-humidity"), ("battery", "battery-level"), ("contact", "open")])
  func otherNamesSelectTheSame(other: String, own: String) {
    #expect(points(other).isKnown)
    #expect(points(other).selected == points(own).selected)
    #expect(!points(own).selected.isEmpty)
  }

  @Test func unknownNamesStayUnknown() {
    #expect(!points("humidty").isKnown)
    #expect(points("humidty").selected.isEmpty)
  }
}
