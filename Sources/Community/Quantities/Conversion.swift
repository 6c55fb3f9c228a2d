import Pipeline

/// A linear conversion between units: result = value × scale + offset.
package struct Conversion: Sendable, Equatable {
  package var scale: Double
  package var offset: Double

  package init(scale: Double, offset: Double = 0) {
    self.scale = scale
    self.offset = offset
  }

  package static let identity = Conversion(scale: 1)

  /// As the readings are converted (`Decimals`), so that an end of a range in the device's unit is the same number.
  package func callAsFunction(_ value: Double) -> Double {
    let result = value * scale + offset
    return self == .identity ? result : Decimals.rounded(result, largest: max(result.magnitude, offset.magnitude))
  }

  /// The way back. `scale` is never 0 in the unit table.
  package var inverse: Conversion { Conversion(scale: 1 / scale, offset: -offset / scale) }

  /// First this one, then `next`.
  package func followed(by next: Conversion) -> Conversion {
    Conversion(scale: scale * next.scale, offset: offset * next.scale + next.offset)
  }
}
