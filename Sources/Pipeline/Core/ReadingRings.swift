import CPrefetch
import Glibc

/// The last 64 readings of each point, eight bytes a reading: the value as a whole number of the point's decimal places, the
/// reason, and the ms since the reading before. Each comes back bit for bit (only -0 as 0).
///
/// A point whose values are no short decimals, or that pauses for three days, is *wide* from then on: the value as it is in
/// those eight bytes, and five bytes more for reason and pause. A pause of 49 days (32 bits) ends what can be read back.
struct ReadingRings: ~Copyable {
  static let capacity = 64

  /// What a point's ring holds; kept with the point's state.
  struct Shape: BitwiseCopyable {
    fileprivate static let wide: UInt8 = 255

    /// Where the next reading goes; the highest bit: all places are taken.
    private var place: UInt8 = 0
    /// Decimal places of the values, or `wide`.
    fileprivate var places: UInt8 = 0

    var next: Int { Int(place & 63) }
    var count: Int { place & 128 != 0 ? capacity : next }
    fileprivate var isWide: Bool { places == Self.wide }

    fileprivate mutating func advance() {
      let following = (place &+ 1) & 63
      place = place & 128 | following | (following == 0 ? 128 : 0)
    }
  }

  /// Value 32 bits, pause 28, reason 4, from the lowest.
  private struct Packed {
    static let pauseMax: UInt64 = 1 << 28 - 1
    let word: UInt64

    init(whole: Int32, pause: UInt64, reason: QualityReason) {
      word = UInt64(UInt32(bitPattern: whole)) | pause << 32 | UInt64(reason.rawValue) << 60
    }

    init(_ word: UInt64) { self.word = word }

    var whole: Int32 { Int32(truncatingIfNeeded: word) }
    var pause: UInt64 { word >> 32 & Self.pauseMax }
    var reason: QualityReason { QualityReason(rawValue: UInt8(word >> 60)) ?? .none }
  }

  private static let placesMax = 9
  /// Of a wide reading beside its value: pause, reason.
  private static let beside = MemoryLayout<UInt32>.size + 1

  private let powers: Slab<Double>
  /// Untouched pages of these cost no memory: `calloc` maps them when they are first written.
  private let words: UnsafeMutablePointer<UInt64>
  private let wideParts: UnsafeMutableRawPointer
  /// For each point 1 + its number among the wide ones; 0 = it is none.
  private let wideNumbers: UnsafeMutablePointer<UInt32>
  private var wideCount: UInt32 = 0

  init(count: Int) {
    powers = Slab((0...Self.placesMax).map { places in (0..<places).reduce(1.0) { power, _ in power * 10 } })
    func memory(_ size: Int) -> UnsafeMutableRawPointer {
      guard let memory = calloc(max(count, 1), size) else { preconditionFailure("no memory for \(count) points") }
      return memory
    }
    words = memory(Self.capacity * 8).bindMemory(to: UInt64.self, capacity: max(count, 1) * Self.capacity)
    wideParts = memory(Self.capacity * Self.beside)
    wideNumbers = memory(4).bindMemory(to: UInt32.self, capacity: max(count, 1))
  }

  deinit {
    free(words)
    free(wideParts)
    free(wideNumbers)
  }

  /// Keeps the newest reading of a point.
  /// - Parameters:
  ///   - pause: ms since the reading before.
  ///   - value: not finite only when the reason is a bad one.
  mutating func add(_ point: Int, _ shape: inout Shape, pause: Int64, value: Double, reason: QualityReason) {
    let value = value.isFinite ? value + 0 : 0  // -0 becomes 0
    let pause = UInt64(max(0, pause))
    if !pack(point, shape, pause, value, reason) {
      if !shape.isWide { reshape(point, &shape, for: value, pause) }
      if !pack(point, shape, pause, value, reason) {
        words[point * Self.capacity + shape.next] = value.bitPattern
        putBeside(point, shape.next, UInt32(clamping: pause), reason)
      }
    }
    shape.advance()
  }

  /// Puts a reading into the next place; false: it does not fit there in the ring's present shape.
  @inline(__always)
  private func pack(_ point: Int, _ shape: Shape, _ pause: UInt64, _ value: Double, _ reason: QualityReason) -> Bool {
    guard !shape.isWide, pause <= Packed.pauseMax, let whole = whole(value, places: Int(shape.places)) else {
      return false
    }
    words[point * Self.capacity + shape.next] = Packed(whole: whole, pause: pause, reason: reason).word
    return true
  }

  /// A reading as it lies in the ring.
  struct Stored {
    var value: Double
    /// Ms since the reading before; `UInt32.max` = so long or longer.
    var pause: UInt32
    var reason: QualityReason
  }

  /// - Parameter age: 0 = the newest, up to `shape.count - 1`.
  func reading(_ point: Int, _ shape: Shape, age: Int) -> Stored {
    let slot = (shape.next - 1 - age) & (Self.capacity - 1)
    let word = words[point * Self.capacity + slot]
    guard shape.isWide else {
      let packed = Packed(word)
      return Stored(
        value: Double(packed.whole) / powers[Int(shape.places)], pause: UInt32(packed.pause), reason: packed.reason)
    }
    let part = wideParts + besidePlace(point, slot)
    return Stored(
      value: Double(bitPattern: word), pause: part.loadUnaligned(as: UInt32.self),
      reason: QualityReason(rawValue: part.load(fromByteOffset: 4, as: UInt8.self)) ?? .none)
  }

  /// Fetches the place where the next reading will be kept.
  func expect(_ point: Int, _ shape: Shape) {
    linli_prefetch(words + (point * Self.capacity + shape.next))
    if shape.isWide { linli_prefetch(wideParts + besidePlace(point, shape.next)) }
  }

  // MARK: - Values as whole numbers

  /// The whole number that brings the value back; nil when none does.
  @inline(__always)
  private func whole(_ value: Double, places: Int) -> Int32? {
    let scaled = value * powers[places]
    guard scaled.magnitude < Double(Int32.max) else { return nil }
    let whole = Int32(scaled < 0 ? scaled - 0.5 : scaled + 0.5)
    // Both are exact, so the quotient is the nearest number to the decimal, as reading its digits would be.
    return Double(whole) / powers[places] == value ? whole : nil
  }

  /// The value or the pause does not fit: more decimal places for all of the ring, or wide.
  @inline(never)
  private mutating func reshape(_ point: Int, _ shape: inout Shape, for value: Double, _ pause: UInt64) {
    if pause <= Packed.pauseMax,
      let places = (Int(shape.places)...Self.placesMax).first(where: { whole(value, places: $0) != nil }),
      rescale(point, &shape, to: places)
    {
      return
    }
    wideCount += 1
    wideNumbers[point] = wideCount
    let old = shape
    shape.places = Shape.wide
    for age in 0..<old.count {
      let slot = (old.next - 1 - age) & (Self.capacity - 1)
      let packed = Packed(words[point * Self.capacity + slot])
      words[point * Self.capacity + slot] = (Double(packed.whole) / powers[Int(old.places)]).bitPattern
      putBeside(point, slot, UInt32(packed.pause), packed.reason)
    }
  }

  /// False, and nothing is changed, when some number would become too large.
  private func rescale(_ point: Int, _ shape: inout Shape, to places: Int) -> Bool {
    let ring = UnsafeMutableBufferPointer(start: words + point * Self.capacity, count: shape.count)
    let factor = Int64(powers[places - Int(shape.places)])
    guard ring.allSatisfy({ Int32(exactly: Int64(Packed($0).whole) * factor) != nil }) else { return false }
    for slot in ring.indices {
      let packed = Packed(ring[slot])
      ring[slot] = Packed(whole: packed.whole * Int32(factor), pause: packed.pause, reason: packed.reason).word
    }
    shape.places = UInt8(places)
    return true
  }

  // MARK: - What a wide reading has beside its value

  private func besidePlace(_ point: Int, _ slot: Int) -> Int {
    (Int(wideNumbers[point] &- 1) * Self.capacity + slot) * Self.beside
  }

  private func putBeside(_ point: Int, _ slot: Int, _ pause: UInt32, _ reason: QualityReason) {
    let part = wideParts + besidePlace(point, slot)
    part.storeBytes(of: pause, as: UInt32.self)
    part.storeBytes(of: reason.rawValue, toByteOffset: 4, as: UInt8.self)
  }
}
