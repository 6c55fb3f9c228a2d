/// The plain values of the plan that may stand in a slab.
extension QualityReason: BitwiseCopyable {}
extension Comparison: BitwiseCopyable {}
extension WindowFunction: BitwiseCopyable {}
extension DuringPlan: BitwiseCopyable {}
