// The numbers of DWARF that are needed here ("Data Representation" of versions 2 to 5).

/// Kinds of entries.
enum DwarfTag {
    static let arrayType = 0x01, enumerationType = 0x04, formalParameter = 0x05, lexicalBlock = 0x0b, member = 0x0d
    static let pointerType = 0x0f, referenceType = 0x10, compileUnit = 0x11, structureType = 0x13
    static let subroutineType = 0x15, typedef = 0x16, unionType = 0x17, inlinedSubroutine = 0x1d
    static let subrangeType = 0x21, baseType = 0x24, constType = 0x26, enumerator = 0x28, subprogram = 0x2e
    static let variable = 0x34, volatileType = 0x35, restrictType = 0x37, classType = 0x02, partialUnit = 0x3c
    static let rvalueReferenceType = 0x42, atomicType = 0x47, unspecifiedType = 0x3b
}

/// Attributes of entries.
enum DwarfAttribute {
    static let sibling = 0x01, location = 0x02, name = 0x03, byteSize = 0x0b, bitOffset = 0x0c, bitSize = 0x0d
    static let statementList = 0x10, language = 0x13, lowAddress = 0x11, highAddress = 0x12
    static let directory = 0x1b, constantValue = 0x1c
    static let inline = 0x20, upperBound = 0x2f, abstractOrigin = 0x31, count = 0x37, dataMemberLocation = 0x38
    static let declarationFile = 0x3a, declarationLine = 0x3b, declaration = 0x3c, encoding = 0x3e, external = 0x3f
    static let frameBase = 0x40, macroInformation = 0x43, specification = 0x47, type = 0x49, entryAddress = 0x52
    static let ranges = 0x55, dataBitOffset = 0x6b, signature = 0x69, linkageName = 0x6e, stringOffsetsBase = 0x72
    static let addressBase = 0x73, rangeListsBase = 0x74, locationListsBase = 0x8c, macros = 0x79
    static let callFile = 0x58, callLine = 0x59, oldLinkageName = 0x2007, gnuMacros = 0x2119
}

/// How the value of an attribute is stored.
enum DwarfForm {
    static let address = 0x01, block2 = 0x03, block4 = 0x04, data2 = 0x05, data4 = 0x06, data8 = 0x07, string = 0x08
    static let block = 0x09, block1 = 0x0a, data1 = 0x0b, flag = 0x0c, signedData = 0x0d, stringOffset = 0x0e
    static let unsignedData = 0x0f, referenceAddress = 0x10, reference1 = 0x11, reference2 = 0x12
    static let reference4 = 0x13, reference8 = 0x14, referenceUnsigned = 0x15, indirect = 0x16, sectionOffset = 0x17
    static let expression = 0x18, flagPresent = 0x19, stringIndex = 0x1a, addressIndex = 0x1b
    static let supplementReference4 = 0x1c, supplementString = 0x1d, data16 = 0x1e, lineString = 0x1f
    static let signatureReference = 0x20, implicitConstant = 0x21, locationListIndex = 0x22, rangeListIndex = 0x23
    static let supplementReference8 = 0x24, stringIndex1 = 0x25, stringIndex2 = 0x26, stringIndex3 = 0x27
    static let stringIndex4 = 0x28, addressIndex1 = 0x29, addressIndex2 = 0x2a, addressIndex3 = 0x2b
    static let addressIndex4 = 0x2c, gnuReferenceAlternate = 0x1f20, gnuStringAlternate = 0x1f21
}
