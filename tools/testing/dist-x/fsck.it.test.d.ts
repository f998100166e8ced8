export {};
//# sourceMappingURL=fsck.it.test.d.ts.map