// The context of translation: what the fast lookups depend on beyond the TLBs.

extension Hart {
    /// Makes the fast lookups follow privilege, `mstatus` and `satp`; called after any of them changed.
    func contextChanged() {
        let status = self[.mstatus] & (Status.sum | Status.mxr)
        let space = addressSpace << 24
        let data = dataPrivilege
        let dataKey = data == .machine ? 3 : space | status | UInt64(data.rawValue) | 1 << 50
        let fetchKey = privilege == .machine ? 3 : space | UInt64(privilege.rawValue) | 1 << 51
        pages.enter(data: dataKey, fetch: fetchKey)
        requestAttention()
    }
}
