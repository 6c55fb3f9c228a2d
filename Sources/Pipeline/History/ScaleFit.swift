/// The decimal scale that suits the values of a block, their whole numbers in it, and the few values that do not fit (an
/// infinity, -0.0, a stray long number), which are written out.
struct ScaleFit: ~Copyable {
  private let scale: DecimalScale
  private let column: WholeColumn
  /// Indices of the values that stand beside the column.
  private let strays: [Int]
  let bits: Int

  /// Whether the scale is so coarse that nothing else could be smaller.
  var digitsAreFew: Bool { scale.exponent <= Self.fewDigits }

  /// Decimal places of most sensors' values, at most.
  private static let fewDigits = 5
  private static let strayBits = 76
  /// Values that decide about scales for those that are no short decimals.
  private static let sampleSize = 48

  /// nil when no scale suits.
  init?(_ values: UnsafeBufferPointer<Double>) {
    let (places, long) = Self.shortDecimals(values)
    var best: ScaleFit?
    if long.strays * 8 <= values.count {
      best = ScaleFit(values, DecimalScale(divisor: 1, exponent: places))
    }
    if long.strays > 0 {
      for scale in [Self.means(long.sample, places), Self.longDecimals(long.sample)] {
        guard let scale, let fit = ScaleFit(values, scale) else { continue }
        if let known = best, known.bits <= fit.bits {
          best = consume known
        } else {
          best = consume fit
        }
      }
    }
    guard let best else { return nil }
    self = best
  }

  private init?(_ values: UnsafeBufferPointer<Double>, _ scale: DecimalScale) {
    let row = IntegerRow(count: values.count)
    var strays: [Int] = []
    var before = ~values[0].bitPattern
    var whole: Int64? = nil
    var filling: Int64 = 0
    for index in 0..<values.count {
      if values[index].bitPattern != before {
        before = values[index].bitPattern
        whole = scale.whole(values[index])
      }
      if let whole {
        filling = whole
      } else {
        strays.append(index)
        if strays.count * 8 > values.count { return nil }
      }
      row.values[index] = filling
    }
    self.scale = scale
    self.strays = strays
    column = WholeColumn(row.view)
    bits = column.bits + strays.count * Self.strayBits
  }

  // MARK: - Finding a scale

  /// How many places the short decimals among the values need, how many others there are and some of those.
  private static func shortDecimals(
    _ values: UnsafeBufferPointer<Double>
  ) -> (places: Int, long: (strays: Int, sample: [Double])) {
    var scale = DecimalScale(divisor: 1, exponent: 0)
    var strays = 0
    var sample: [Double] = []
    var before = ~values[0].bitPattern
    var isLong = false
    for value in values {
      if value.bitPattern != before {
        before = value.bitPattern
        isLong = scale.whole(value) == nil
        if isLong, scale.exponent < fewDigits, value.isFinite {
          for places in (scale.exponent + 1)...fewDigits {
            let finer = DecimalScale(divisor: 1, exponent: places)
            guard finer.whole(value) != nil else { continue }
            scale = finer
            isLong = false
            break
          }
        }
        if isLong, sample.count < sampleSize { sample.append(value) }
      }
      if isLong { strays += 1 }
    }
    return (scale.exponent, (strays, sample))
  }

  /// The coarsest scale of means that takes in most of the sample.
  private static func means(_ sample: [Double], _ places: Int) -> DecimalScale? {
    for divisor in DecimalScale.divisors.dropFirst() {
      for exponent in 0...fewDigits {
        let scale = DecimalScale(divisor: divisor, exponent: exponent)
        if sample.count(where: { scale.whole($0) != nil }) * 8 >= sample.count * 7 {
          return DecimalScale(divisor: divisor, exponent: max(exponent, places))
        }
      }
    }
    return nil
  }

  /// The coarsest scale of decimals with more than a few places that takes in most of the sample.
  private static func longDecimals(_ sample: [Double]) -> DecimalScale? {
    for exponent in (fewDigits + 1)...DecimalScale.maximumExponent {
      let scale = DecimalScale(divisor: 1, exponent: exponent)
      if sample.count(where: { scale.whole($0) != nil }) * 8 >= sample.count * 7 { return scale }
    }
    return nil
  }

  // MARK: - Bits

  func write(_ values: UnsafeBufferPointer<Double>, into writer: inout BitWriter) {
    writer.put(UInt64(DecimalScale.divisors.firstIndex(of: scale.divisor) ?? 0), 2)
    writer.put(UInt64(scale.exponent), 5)
    writer.putNumber(UInt64(strays.count))
    var next = 0
    for index in strays {
      writer.putGamma(UInt64(index - next + 1))
      writer.put(values[index].bitPattern, 64)
      next = index + 1
    }
    column.write(into: &writer)
  }

  static func decode(
    _ reader: inout BitReader, count: Int, _ take: (Int, Double) -> Void
  ) throws(HistoryBlockError) {
    let divisor = Int(reader.take(2))
    let exponent = Int(reader.take(5))
    guard divisor < DecimalScale.divisors.count, exponent <= DecimalScale.maximumExponent else { throw .damaged }
    let scale = DecimalScale(divisor: DecimalScale.divisors[divisor], exponent: exponent)
    let strayCount = reader.takeNumber()
    guard strayCount <= UInt64(count), strayCount * 65 <= UInt64(max(0, reader.remaining)) else { throw .damaged }
    var strays: [(index: Int, value: Double)] = []
    var next: UInt64 = 0
    for _ in 0..<strayCount {
      let gap = reader.takeGamma()
      guard gap <= UInt64(count) - next else { throw .damaged }
      next += gap
      strays.append((Int(next) - 1, Double(bitPattern: reader.take(64))))
    }
    let row = IntegerRow(count: count)
    var isOutside = false
    if let list = try WholeColumn.decode(&reader, into: row.values) {
      for index in list.values.indices {
        let value = scale.value(list.values[index])
        isOutside = isOutside || value == nil
        list.values[index] = Int64(bitPattern: (value ?? 0).bitPattern)
      }
      for index in 0..<count {
        take(index, Double(bitPattern: UInt64(bitPattern: list.values[Int(row.values[index])])))
      }
    } else {
      for index in 0..<count {
        let value = scale.value(row.values[index])
        isOutside = isOutside || value == nil
        take(index, value ?? 0)
      }
    }
    if isOutside { throw .damaged }
    for stray in strays { take(stray.index, stray.value) }
  }
}
