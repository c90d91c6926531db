// The rules of the house, each held against the whole repository.
import Testing

/// A failure names the file, the line and what to change.
@Suite struct HouseTests {
    @Test func theRepositoryIsFound() {
        #expect(Repository.paths.contains("Package.swift"))
        #expect(Repository.paths.contains("Tests/TidyTests/HouseTests.swift"))
        #expect(Repository.swiftSources.contains { $0.path.hasPrefix("Sources/") })
    }

    @Test func everyFileOpensWithACaption() {
        expectNone(Repository.swiftSources.flatMap(\.captionFindings))
    }

    @Test func noFileIsTooLong() {
        expectNone(Repository.swiftSources.flatMap(\.sizeFindings))
    }

    @Test func noFunctionIsTooLong() {
        expectNone(Repository.swiftSources.flatMap(\.functionSizeFindings))
    }

    @Test func whatOthersUseIsDocumented() {
        expectNone(Repository.swiftSources.flatMap(\.documentationFindings))
    }

    @Test func noWorkIsPostponedInAComment() {
        expectNone(Repository.swiftSources.flatMap(\.postponedWorkFindings))
    }

    @Test func noErrorIsForcedAway() {
        expectNone(Repository.swiftSources.flatMap(\.forceTryFindings))
    }

    @Test func folderNamesSayWhatIsInside() {
        expectNone(PathRule.folderNameFindings(in: Repository.paths))
    }

    @Test func noFolderUsesAHigherOne() {
        expectNone(FolderRule(orders: HouseRules.folderOrders).findings(in: Repository.swiftSources))
    }

    @Test func nothingThatABuildMakesIsCommitted() {
        expectNone(PathRule.strayFileFindings(in: Repository.paths))
    }

    @Test func noFileKnowsAMachine() {
        expectNone(Repository.files.flatMap(\.machinePathFindings))
        expectNone(Repository.files.flatMap(\.registryHostFindings))
    }

    @Test func everyExemptionIsNeeded() {
        let sources = Repository.swiftSources
        let findings = sources.flatMap { $0.sizeFindings + $0.functionSizeFindings + $0.documentationFindings }
        for exemption in HouseRules.exemptions {
            #expect(findings.contains(where: exemption.covers), "\(exemption.path) needs no exemption any more")
        }
    }
}
