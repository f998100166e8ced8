export {};
//# sourceMappingURL=client.it.test.d.ts.map