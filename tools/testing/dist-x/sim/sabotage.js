export {};
//# sourceMappingURL=sabotage.js.map