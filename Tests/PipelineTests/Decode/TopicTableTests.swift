import Testing

@testable import Pipeline

@Suite("TopicTable and RecentTable")
struct TopicTableTests {
  @Test func findsWhatItHolds() {
    var table = TopicTable(limit: 10_000)
    for number in 0..<10_000 {
      let topic = Array("application/\(number % 7)/device/\(number)".utf8)
      let isNew = topic.withUnsafeBytes { table.find($0).count == 0 }
      #expect(isNew)
      let isTaken = topic.withUnsafeBytes { table.insert($0, binding: .init(first: Int32(number), count: 1)) }
      #expect(isTaken)
    }
    for number in 0..<10_000 {
      let topic = Array("application/\(number % 7)/device/\(number)".utf8)
      let found = topic.withUnsafeBytes { table.find($0).first }
      #expect(found == Int32(number))
    }
    let isTaken = Array("one more".utf8).withUnsafeBytes { table.insert($0, binding: .init(first: 0, count: 1)) }
    let count = table.count
    #expect(!isTaken && count == 10_000)
  }

  @Test func allTopicsTogetherAreBounded() {
    var table = TopicTable(limit: 10)
    let long = (0..<10).map { Array(repeating: UInt8($0), count: 1000) }
    var taken = 0
    for topic in long {
      if topic.withUnsafeBytes({ table.insert($0, binding: .init(first: 0, count: 1)) }) { taken += 1 }
    }
    #expect(taken == 1)
  }

  /// Against a list that is searched from the front.
  @Test func recentTableAgreesWithAList() {
    var random = SystemRandomNumberGenerator()
    var table = RecentTable<Int>(limit: 17)
    var list: [(key: UInt8, value: Int)] = []
    for step in 0..<20_000 {
      let key = UInt8.random(in: 0..<40, using: &random)
      let found = [key].withUnsafeBytes { table.update($0) { $0 = step } }
      #expect(found == list.contains { $0.key == key })
      if found {
        list.removeAll { $0.key == key }
      } else {
        let gone = [key].withUnsafeBytes { table.insert($0, step) }
        #expect(gone == (list.count == 17 ? list.removeLast().value : nil))
      }
      list.insert((key, step), at: 0)
      if step % 1000 == 999 {
        #expect(table.values == list.map(\.value))
        table.filter { $0 % 3 != 0 }
        list.removeAll { $0.value % 3 == 0 }
        #expect(table.values == list.map(\.value))
      }
    }
  }
}
