// A client of `shmcheck lsp` in plain JavaScript: nothing to install, nothing to build.
'use strict';
const vscode = require('vscode');
const { spawn } = require('child_process');

/** Speaks JSON-RPC with the server: messages with a header that holds their length. */
class Connection {
  constructor(command, onMessage) {
    this.process = spawn(command, ['lsp'], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.buffer = Buffer.alloc(0);
    this.waiting = new Map();
    this.lastId = 0;
    this.onMessage = onMessage;
    this.process.stdout.on('data', data => this.receive(data));
    this.process.on('error', error =>
      vscode.window.showWarningMessage(`shmcheck cannot be started: ${error.message}. Set shmcheck.path.`));
    this.process.on('exit', () => { for (const wait of this.waiting.values()) wait(null); this.waiting.clear(); });
    this.process.stdin.on('error', () => {});
  }
  receive(data) {
    this.buffer = Buffer.concat([this.buffer, data]);
    for (;;) {
      const end = this.buffer.indexOf('\r\n\r\n');
      if (end < 0) return;
      const length = /content-length: *(\d+)/i.exec(this.buffer.toString('ascii', 0, end));
      if (!length) { this.buffer = this.buffer.subarray(end + 4); continue; }
      const start = end + 4, size = Number(length[1]);
      if (this.buffer.length < start + size) return;
      const message = JSON.parse(this.buffer.toString('utf8', start, start + size));
      this.buffer = this.buffer.subarray(start + size);
      if (message.method) this.onMessage(message);
      else if (this.waiting.has(message.id)) {
        this.waiting.get(message.id)(message.error ? null : message.result);
        this.waiting.delete(message.id);
      }
    }
  }
  send(message) {
    const body = Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...message }), 'utf8');
    this.process.stdin.write(`Content-Length: ${body.length}\r\n\r\n`);
    this.process.stdin.write(body);
  }
  notify(method, params) { this.send({ method, params }); }
  request(method, params) {
    const id = ++this.lastId;
    return new Promise(resolve => { this.waiting.set(id, resolve); this.send({ id, method, params }); });
  }
}

const range = r => new vscode.Range(r.start.line, r.start.character, r.end.line, r.end.character);
const place = (document, position) => ({
  textDocument: { uri: document.uri.toString() }, position: { line: position.line, character: position.character } });
const location = l => new vscode.Location(vscode.Uri.parse(l.uri), range(l.range));

function activate(context) {
  const selector = { language: 'shmcheck' };
  const findings = vscode.languages.createDiagnosticCollection('shmcheck');
  const lensesChanged = new vscode.EventEmitter();
  const server = new Connection(vscode.workspace.getConfiguration('shmcheck').get('path'), message => {
    if (message.method === 'textDocument/publishDiagnostics') {
      findings.set(vscode.Uri.parse(message.params.uri), message.params.diagnostics.map(d => {
        const finding = new vscode.Diagnostic(range(d.range), d.message, d.severity - 1);
        finding.code = d.code;
        finding.source = d.source;
        return finding;
      }));
    } else if (message.method === 'window/showMessage') vscode.window.showInformationMessage(message.params.message);
    else if (message.method === 'workspace/codeLens/refresh') lensesChanged.fire();
    if (message.id !== undefined) server.send({ id: message.id, result: null });
  });
  const isSpec = document => document.languageId === 'shmcheck';
  const opened = document => isSpec(document) && server.notify('textDocument/didOpen', {
    textDocument: { uri: document.uri.toString(), languageId: 'shmcheck', version: document.version, text: document.getText() } });
  server.request('initialize', { processId: process.pid, rootUri: null, capabilities: {} }).then(() => {
    server.notify('initialized', {});
    vscode.workspace.textDocuments.forEach(opened);
  });
  const features = vscode.languages;
  context.subscriptions.push(
    findings, lensesChanged,
    vscode.workspace.onDidOpenTextDocument(opened),
    vscode.workspace.onDidChangeTextDocument(e => isSpec(e.document) && server.notify('textDocument/didChange', {
      textDocument: { uri: e.document.uri.toString(), version: e.document.version },
      contentChanges: [{ text: e.document.getText() }] })),
    vscode.workspace.onDidSaveTextDocument(d => isSpec(d) && server.notify('textDocument/didSave', { textDocument: { uri: d.uri.toString() } })),
    vscode.workspace.onDidCloseTextDocument(d => isSpec(d) && server.notify('textDocument/didClose', { textDocument: { uri: d.uri.toString() } })),
    vscode.commands.registerCommand('shmcheck.check', (...args) =>
      server.request('workspace/executeCommand', { command: 'shmcheck.check', arguments: args })),
    features.registerHoverProvider(selector, { provideHover: (d, p) => server.request('textDocument/hover', place(d, p)).then(h =>
      h && new vscode.Hover(new vscode.MarkdownString(h.contents.value), range(h.range))) }),
    features.registerDefinitionProvider(selector, { provideDefinition: (d, p) =>
      server.request('textDocument/definition', place(d, p)).then(l => (l || []).map(location)) }),
    features.registerReferenceProvider(selector, { provideReferences: (d, p) =>
      server.request('textDocument/references', { ...place(d, p), context: { includeDeclaration: true } }).then(l => (l || []).map(location)) }),
    features.registerDocumentSymbolProvider(selector, { provideDocumentSymbols: d =>
      server.request('textDocument/documentSymbol', { textDocument: { uri: d.uri.toString() } }).then(list => {
        const symbol = s => {
          const made = new vscode.DocumentSymbol(s.name, s.detail, s.kind - 1, range(s.range), range(s.selectionRange));
          made.children = s.children.map(symbol);
          return made;
        };
        return (list || []).map(symbol);
      }) }),
    features.registerCompletionItemProvider(selector, { provideCompletionItems: (d, p) =>
      server.request('textDocument/completion', place(d, p)).then(list => (list || []).map(c => {
        const item = new vscode.CompletionItem(c.label, c.kind - 1);
        item.detail = c.detail;
        return item;
      })) }, '.'),
    features.registerDocumentFormattingEditProvider(selector, { provideDocumentFormattingEdits: d =>
      server.request('textDocument/formatting', { textDocument: { uri: d.uri.toString() }, options: {} }).then(list =>
        (list || []).map(e => vscode.TextEdit.replace(range(e.range), e.newText))) }),
    features.registerRenameProvider(selector, { provideRenameEdits: (d, p, newName) =>
      server.request('textDocument/rename', { ...place(d, p), newName }).then(result => {
        if (!result) throw new Error('this name cannot be changed so');
        const edit = new vscode.WorkspaceEdit();
        for (const [uri, list] of Object.entries(result.changes))
          for (const e of list) edit.replace(vscode.Uri.parse(uri), range(e.range), e.newText);
        return edit;
      }) }),
    features.registerCodeLensProvider(selector, { onDidChangeCodeLenses: lensesChanged.event, provideCodeLenses: d =>
      server.request('textDocument/codeLens', { textDocument: { uri: d.uri.toString() } }).then(list =>
        (list || []).map(l => new vscode.CodeLens(range(l.range), l.command))) }),
    { dispose: () => { server.request('shutdown', null).then(() => server.notify('exit')); } });
}

module.exports = { activate, deactivate() {} };
