import Community
import ConfigFile
import Foundation
import Notify
import Pipeline
import Rules
import Testing

@Suite("The example community")
struct ExampleConfigurationTests {
  let example = ExampleCommunity()

  @Test("Places, devices, profiles and rules read without a problem")
  func readsClean() {
    _ = RuleSet(
      example.rules, site: Site(community: example.community, zone: ExampleCommunity.zone), log: example.log)
    #expect(example.problems.isEmpty)
  }

  @Test("The channels read without a problem and need no secret")
  func channels() throws {
    let node = try #require(ConfigReader.load(ExampleCommunity.config + "/channels.yaml", log: example.log))
    let places = example.community.places.places.map(\.path)
    _ = NotifyConfiguration.read(
      node, secrets: SecretSource(), surroundings: .init(places: places), log: example.log)
    #expect(example.problems.isEmpty)
  }

  @Test("Every profile has examples, and they are read as they say")
  func profileExamples() {
    #expect(example.community.profiles.count >= 15)
    for profile in example.community.profiles {
      #expect(!profile.examples.isEmpty, "\(profile.name)")
      profile.checkExamples(decode: ExampleCommunity.decode, log: example.log)
      let shown = Set(profile.examples.flatMap { $0.expect.map(\.point) })
      #expect(shown.isSuperset(of: profile.points.map(\.name)), "\(profile.name) shows \(shown.sorted())")
    }
    #expect(example.problems.isEmpty)
  }

  @Test("All levels of the four-level linkage have somebody on duty, with a deadline")
  func duties() {
    let places = example.community.places
    for room in places.places where room.level == .room {
      let levels = places.chain(from: room.path).map(\.level)
      #expect(levels == [.compound, .community, .street, .district], "\(room.path)")
      #expect(places.chain(from: room.path).allSatisfy { $0.duty?.answer.isComplete == true })
    }
  }

  @Test("There are the rules that were asked for, with texts in both languages, most of them not urgent")
  func rulesAreComplete() {
    #expect(example.rules.count >= 20)
    for rule in example.rules {
      #expect(rule.traits.title.zh != rule.traits.title.en, "\(rule.id)")
      #expect(rule.traits.advice != nil && !rule.traits.audience.isEmpty, "\(rule.id)")
    }
    let priorities = Dictionary(grouping: example.rules, by: \.traits.priority).mapValues(\.count)
    #expect(priorities["critical", default: 0] <= example.rules.count / 4)
  }
}
