// Every mistake a spec can make, by name. Each has a page in Documentation/Diagnostics.md and a file in Specs/rejected.

/// The kinds of mistake, named as the report prints them: `error[unknown_name]`.
public enum DiagnosticCode: String, Sendable, CaseIterable {
    // Text and syntax.
    case unexpectedCharacter = "unexpected_character"
    case unexpectedToken = "unexpected_token"
    case unterminatedString = "unterminated_string"
    case unterminatedComment = "unterminated_comment"
    case invalidEscape = "invalid_escape"
    case invalidNumber = "invalid_number"
    case numberTooLarge = "number_too_large"
    case fileTooLarge = "file_too_large"
    case notText = "not_text"
    case missingSpec = "missing_spec"
    case nestingTooDeep = "nesting_too_deep"
    case tooManyErrors = "too_many_errors"
    case unexpectedLineEnd = "unexpected_line_end"
    case unclosedBracket = "unclosed_bracket"
    case reservedWord = "reserved_word"
    case semicolon
    case chainedComparison = "chained_comparison"
    case rangeNeedsParentheses = "range_needs_parentheses"
    case misplacedItem = "misplaced_item"
    case precedenceDiffersFromC = "precedence_differs_from_c"

    // Names and types.
    case unknownName = "unknown_name"
    case duplicateName = "duplicate_name"
    case unknownConstant = "unknown_constant"
    case notConstant = "not_constant"
    case constantCycle = "constant_cycle"
    case constantTrap = "constant_trap"
    case openConstant = "open_constant"
    case structureCycle = "structure_cycle"
    case recursion
    case emptyType = "empty_type"
    case missingType = "missing_type"
    case missingInitial = "missing_initial"
    case sizeOutOfRange = "size_out_of_range"
    case tooManyValues = "too_many_values"
    case setElement = "set_element"
    case notAType = "not_a_type"
    case notAValue = "not_a_value"
    case notAPlace = "not_a_place"
    case notALock = "not_a_lock"
    case notMutable = "not_mutable"
    case lockInValue = "lock_in_value"
    case typeMismatch = "type_mismatch"
    case outOfRange = "out_of_range"
    case needsConversion = "needs_conversion"
    case argumentMismatch = "argument_mismatch"
    case callInExpression = "call_in_expression"
    case uselessExpression = "useless_expression"
    case effectInPure = "effect_in_pure"
    case notInCode = "not_in_code"
    case missingReturn = "missing_return"
    case elseFallsThrough = "else_falls_through"
    case jumpMisplaced = "jump_misplaced"
    case labelMisplaced = "label_misplaced"
    case startMisplaced = "start_misplaced"
    case selfOutsideProcess = "self_outside_process"
    case oldOutsideTransition = "old_outside_transition"
    case loopInAtomic = "loop_in_atomic"
    case atomicNested = "atomic_nested"
    case blockingInAtomic = "blocking_in_atomic"
    case actionParameter = "action_parameter"
    case symmetryBroken = "symmetry_broken"
    case protectionMisplaced = "protection_misplaced"
    case missingHarts = "missing_harts"
    case importNotFound = "import_not_found"
    case unknownMemory = "unknown_memory"
    case unknownProperty = "unknown_property"
    case faultMisplaced = "fault_misplaced"
    case faultReplacesNothing = "fault_replaces_nothing"
    case faultChangesNothing = "fault_changes_nothing"
    case wideUnguarded = "wide_unguarded"
    case unguardedLoads = "unguarded_loads"
    case codeTooLarge = "code_too_large"

    // Legal and suspicious.
    case unusedGuard = "unused_guard"
    case sleepWithoutLock = "sleep_without_lock"
    case ghostOwnStep = "ghost_own_step"
    case unguardedCondition = "unguarded_condition"
    case polling = "polling"
    case unusedFunction = "unused_function"

    /// Warnings let the run go on.
    public var severity: Severity {
        Self.warnings.contains(self) ? .warning : .error
    }

    /// Every other code is an error.
    private static let warnings: Set<DiagnosticCode> = [
        .precedenceDiffersFromC, .unusedGuard, .sleepWithoutLock, .ghostOwnStep, .unguardedCondition, .polling,
        .unusedFunction,
    ]
}
