import{createRequire as requireFrom}from'node:module';const require=requireFrom(import.meta.url);
import {
  EXIT,
  LineSplitter,
  MAX_BUDDY_LIST_BYTES,
  MAX_ID_LENGTH,
  MAX_REQUEST_BYTES,
  Option,
  RESTART_BACKOFF,
  STATUS_WORDS,
  addressOf,
  child,
  complain,
  countOption,
  createCommand,
  dynamicSupervisor,
  encodeReply,
  fromBehaviour,
  fromChart,
  hostPort,
  nameOf,
  packIpv4,
  parseDatagram,
  parseId,
  parseRequest,
  plainAddress,
  portOption,
  rootCause,
  runTree,
  setup,
  supervisor,
  textOption,
  toDisplayText,
  tokensOf
} from "./chunk-WEUYGT2F.js";
import {
  require_atomic_sleep,
  require_on_exit_leak_free
} from "./chunk-KESUCAN5.js";
import {
  __commonJS,
  __require,
  __toESM
} from "./chunk-7RTTS5X2.js";

// node_modules/pino-std-serializers/lib/err-helpers.js
var require_err_helpers = __commonJS({
  "node_modules/pino-std-serializers/lib/err-helpers.js"(exports, module) {
    "use strict";
    var isErrorLike = (err) => {
      return err && typeof err.message === "string";
    };
    var getErrorCause = (err) => {
      if (!err) return;
      const cause = err.cause;
      if (typeof cause === "function") {
        const causeResult = err.cause();
        return isErrorLike(causeResult) ? causeResult : void 0;
      } else {
        return isErrorLike(cause) ? cause : void 0;
      }
    };
    var _stackWithCauses = (err, seen) => {
      if (!isErrorLike(err)) return "";
      const stack = err.stack || "";
      if (seen.has(err)) {
        return stack + "\ncauses have become circular...";
      }
      const cause = getErrorCause(err);
      if (cause) {
        seen.add(err);
        return stack + "\ncaused by: " + _stackWithCauses(cause, seen);
      } else {
        return stack;
      }
    };
    var stackWithCauses = (err) => _stackWithCauses(err, /* @__PURE__ */ new Set());
    var _messageWithCauses = (err, seen, skip) => {
      if (!isErrorLike(err)) return "";
      const message = skip ? "" : err.message || "";
      if (seen.has(err)) {
        return message + ": ...";
      }
      const cause = getErrorCause(err);
      if (cause) {
        seen.add(err);
        const skipIfVErrorStyleCause = typeof err.cause === "function";
        return message + (skipIfVErrorStyleCause ? "" : ": ") + _messageWithCauses(cause, seen, skipIfVErrorStyleCause);
      } else {
        return message;
      }
    };
    var messageWithCauses = (err) => _messageWithCauses(err, /* @__PURE__ */ new Set());
    module.exports = {
      isErrorLike,
      getErrorCause,
      stackWithCauses,
      messageWithCauses
    };
  }
});

// node_modules/pino-std-serializers/lib/err-proto.js
var require_err_proto = __commonJS({
  "node_modules/pino-std-serializers/lib/err-proto.js"(exports, module) {
    "use strict";
    var seen = /* @__PURE__ */ Symbol("circular-ref-tag");
    var rawSymbol = /* @__PURE__ */ Symbol("pino-raw-err-ref");
    var pinoErrProto = Object.create({}, {
      type: {
        enumerable: true,
        writable: true,
        value: void 0
      },
      message: {
        enumerable: true,
        writable: true,
        value: void 0
      },
      stack: {
        enumerable: true,
        writable: true,
        value: void 0
      },
      aggregateErrors: {
        enumerable: true,
        writable: true,
        value: void 0
      },
      raw: {
        enumerable: false,
        get: function() {
          return this[rawSymbol];
        },
        set: function(val) {
          this[rawSymbol] = val;
        }
      }
    });
    Object.defineProperty(pinoErrProto, rawSymbol, {
      writable: true,
      value: {}
    });
    module.exports = {
      pinoErrProto,
      pinoErrorSymbols: {
        seen,
        rawSymbol
      }
    };
  }
});

// node_modules/pino-std-serializers/lib/err.js
var require_err = __commonJS({
  "node_modules/pino-std-serializers/lib/err.js"(exports, module) {
    "use strict";
    module.exports = errSerializer;
    var { messageWithCauses, stackWithCauses, isErrorLike } = require_err_helpers();
    var { pinoErrProto, pinoErrorSymbols } = require_err_proto();
    var { seen } = pinoErrorSymbols;
    var { toString } = Object.prototype;
    function errSerializer(err) {
      if (!isErrorLike(err)) {
        return err;
      }
      err[seen] = void 0;
      const _err = Object.create(pinoErrProto);
      _err.type = toString.call(err.constructor) === "[object Function]" ? err.constructor.name : err.name;
      _err.message = messageWithCauses(err);
      _err.stack = stackWithCauses(err);
      if (Array.isArray(err.errors)) {
        _err.aggregateErrors = err.errors.map((err2) => errSerializer(err2));
      }
      for (const key in err) {
        if (_err[key] === void 0) {
          const val = err[key];
          if (isErrorLike(val)) {
            if (key !== "cause" && !Object.prototype.hasOwnProperty.call(val, seen)) {
              _err[key] = errSerializer(val);
            }
          } else {
            _err[key] = val;
          }
        }
      }
      delete err[seen];
      _err.raw = err;
      return _err;
    }
  }
});

// node_modules/pino-std-serializers/lib/err-with-cause.js
var require_err_with_cause = __commonJS({
  "node_modules/pino-std-serializers/lib/err-with-cause.js"(exports, module) {
    "use strict";
    module.exports = errWithCauseSerializer;
    var { isErrorLike } = require_err_helpers();
    var { pinoErrProto, pinoErrorSymbols } = require_err_proto();
    var { seen } = pinoErrorSymbols;
    var { toString } = Object.prototype;
    function errWithCauseSerializer(err) {
      if (!isErrorLike(err)) {
        return err;
      }
      err[seen] = void 0;
      const _err = Object.create(pinoErrProto);
      _err.type = toString.call(err.constructor) === "[object Function]" ? err.constructor.name : err.name;
      _err.message = err.message;
      _err.stack = err.stack;
      if (Array.isArray(err.errors)) {
        _err.aggregateErrors = err.errors.map((err2) => errWithCauseSerializer(err2));
      }
      if (isErrorLike(err.cause) && !Object.prototype.hasOwnProperty.call(err.cause, seen)) {
        _err.cause = errWithCauseSerializer(err.cause);
      }
      for (const key in err) {
        if (_err[key] === void 0) {
          const val = err[key];
          if (isErrorLike(val)) {
            if (!Object.prototype.hasOwnProperty.call(val, seen)) {
              _err[key] = errWithCauseSerializer(val);
            }
          } else {
            _err[key] = val;
          }
        }
      }
      delete err[seen];
      _err.raw = err;
      return _err;
    }
  }
});

// node_modules/pino-std-serializers/lib/req.js
var require_req = __commonJS({
  "node_modules/pino-std-serializers/lib/req.js"(exports, module) {
    "use strict";
    module.exports = {
      mapHttpRequest,
      reqSerializer
    };
    var rawSymbol = /* @__PURE__ */ Symbol("pino-raw-req-ref");
    var pinoReqProto = Object.create({}, {
      id: {
        enumerable: true,
        writable: true,
        value: ""
      },
      method: {
        enumerable: true,
        writable: true,
        value: ""
      },
      url: {
        enumerable: true,
        writable: true,
        value: ""
      },
      query: {
        enumerable: true,
        writable: true,
        value: ""
      },
      params: {
        enumerable: true,
        writable: true,
        value: ""
      },
      headers: {
        enumerable: true,
        writable: true,
        value: {}
      },
      remoteAddress: {
        enumerable: true,
        writable: true,
        value: ""
      },
      remotePort: {
        enumerable: true,
        writable: true,
        value: ""
      },
      raw: {
        enumerable: false,
        get: function() {
          return this[rawSymbol];
        },
        set: function(val) {
          this[rawSymbol] = val;
        }
      }
    });
    Object.defineProperty(pinoReqProto, rawSymbol, {
      writable: true,
      value: {}
    });
    function reqSerializer(req) {
      const connection = req.info || req.socket;
      const _req = Object.create(pinoReqProto);
      _req.id = typeof req.id === "function" ? req.id() : req.id || (req.info ? req.info.id : void 0);
      _req.method = req.method;
      if (req.originalUrl) {
        _req.url = req.originalUrl;
      } else {
        const path = req.path;
        _req.url = typeof path === "string" ? path : req.url ? req.url.path || req.url : void 0;
      }
      if (req.query) {
        _req.query = req.query;
      }
      if (req.params) {
        _req.params = req.params;
      }
      _req.headers = req.headers;
      _req.remoteAddress = connection && connection.remoteAddress;
      _req.remotePort = connection && connection.remotePort;
      _req.raw = req.raw || req;
      return _req;
    }
    function mapHttpRequest(req) {
      return {
        req: reqSerializer(req)
      };
    }
  }
});

// node_modules/pino-std-serializers/lib/res.js
var require_res = __commonJS({
  "node_modules/pino-std-serializers/lib/res.js"(exports, module) {
    "use strict";
    module.exports = {
      mapHttpResponse,
      resSerializer
    };
    var rawSymbol = /* @__PURE__ */ Symbol("pino-raw-res-ref");
    var pinoResProto = Object.create({}, {
      statusCode: {
        enumerable: true,
        writable: true,
        value: 0
      },
      headers: {
        enumerable: true,
        writable: true,
        value: ""
      },
      raw: {
        enumerable: false,
        get: function() {
          return this[rawSymbol];
        },
        set: function(val) {
          this[rawSymbol] = val;
        }
      }
    });
    Object.defineProperty(pinoResProto, rawSymbol, {
      writable: true,
      value: {}
    });
    function resSerializer(res) {
      const _res = Object.create(pinoResProto);
      _res.statusCode = res.headersSent ? res.statusCode : null;
      _res.headers = res.getHeaders ? res.getHeaders() : res._headers;
      _res.raw = res;
      return _res;
    }
    function mapHttpResponse(res) {
      return {
        res: resSerializer(res)
      };
    }
  }
});

// node_modules/pino-std-serializers/index.js
var require_pino_std_serializers = __commonJS({
  "node_modules/pino-std-serializers/index.js"(exports, module) {
    "use strict";
    var errSerializer = require_err();
    var errWithCauseSerializer = require_err_with_cause();
    var reqSerializers = require_req();
    var resSerializers = require_res();
    module.exports = {
      err: errSerializer,
      errWithCause: errWithCauseSerializer,
      mapHttpRequest: reqSerializers.mapHttpRequest,
      mapHttpResponse: resSerializers.mapHttpResponse,
      req: reqSerializers.reqSerializer,
      res: resSerializers.resSerializer,
      wrapErrorSerializer: function wrapErrorSerializer(customSerializer) {
        if (customSerializer === errSerializer) return customSerializer;
        return function wrapErrSerializer(err) {
          return customSerializer(errSerializer(err));
        };
      },
      wrapRequestSerializer: function wrapRequestSerializer(customSerializer) {
        if (customSerializer === reqSerializers.reqSerializer) return customSerializer;
        return function wrappedReqSerializer(req) {
          return customSerializer(reqSerializers.reqSerializer(req));
        };
      },
      wrapResponseSerializer: function wrapResponseSerializer(customSerializer) {
        if (customSerializer === resSerializers.resSerializer) return customSerializer;
        return function wrappedResSerializer(res) {
          return customSerializer(resSerializers.resSerializer(res));
        };
      }
    };
  }
});

// node_modules/pino/lib/caller.js
var require_caller = __commonJS({
  "node_modules/pino/lib/caller.js"(exports, module) {
    "use strict";
    var util = __require("node:util");
    var getCallSites = util.getCallSites ?? util.getCallSite;
    function noOpPrepareStackTrace(_, stack) {
      return stack;
    }
    module.exports = function getCallers() {
      if (getCallSites) {
        return getCallSites().slice(2).map((callSite) => callSite.scriptName);
      }
      const originalPrepare = Error.prepareStackTrace;
      Error.prepareStackTrace = noOpPrepareStackTrace;
      const stack = new Error().stack;
      Error.prepareStackTrace = originalPrepare;
      if (!Array.isArray(stack)) {
        return void 0;
      }
      const entries = stack.slice(2);
      const fileNames = [];
      for (const entry of entries) {
        if (!entry) {
          continue;
        }
        fileNames.push(entry.getFileName());
      }
      return fileNames;
    };
  }
});

// node_modules/@pinojs/redact/index.js
var require_redact = __commonJS({
  "node_modules/@pinojs/redact/index.js"(exports, module) {
    "use strict";
    function deepClone(obj) {
      if (obj === null || typeof obj !== "object") {
        return obj;
      }
      if (obj instanceof Date) {
        return new Date(obj.getTime());
      }
      if (obj instanceof Array) {
        const cloned = [];
        for (let i = 0; i < obj.length; i++) {
          cloned[i] = deepClone(obj[i]);
        }
        return cloned;
      }
      if (typeof obj === "object") {
        const cloned = Object.create(Object.getPrototypeOf(obj));
        for (const key in obj) {
          if (Object.prototype.hasOwnProperty.call(obj, key)) {
            cloned[key] = deepClone(obj[key]);
          }
        }
        return cloned;
      }
      return obj;
    }
    function parsePath(path) {
      const parts = [];
      let current = "";
      let inBrackets = false;
      let inQuotes = false;
      let quoteChar = "";
      for (let i = 0; i < path.length; i++) {
        const char = path[i];
        if (!inBrackets && char === ".") {
          if (current) {
            parts.push(current);
            current = "";
          }
        } else if (char === "[") {
          if (current) {
            parts.push(current);
            current = "";
          }
          inBrackets = true;
        } else if (char === "]" && inBrackets) {
          parts.push(current);
          current = "";
          inBrackets = false;
          inQuotes = false;
        } else if ((char === '"' || char === "'") && inBrackets) {
          if (!inQuotes) {
            inQuotes = true;
            quoteChar = char;
          } else if (char === quoteChar) {
            inQuotes = false;
            quoteChar = "";
          } else {
            current += char;
          }
        } else {
          current += char;
        }
      }
      if (current) {
        parts.push(current);
      }
      return parts;
    }
    function setValue(obj, parts, value) {
      let current = obj;
      for (let i = 0; i < parts.length - 1; i++) {
        const key = parts[i];
        if (typeof current !== "object" || current === null || !(key in current)) {
          return false;
        }
        if (typeof current[key] !== "object" || current[key] === null) {
          return false;
        }
        current = current[key];
      }
      const lastKey = parts[parts.length - 1];
      if (lastKey === "*") {
        if (Array.isArray(current)) {
          for (let i = 0; i < current.length; i++) {
            current[i] = value;
          }
        } else if (typeof current === "object" && current !== null) {
          for (const key in current) {
            if (Object.prototype.hasOwnProperty.call(current, key)) {
              current[key] = value;
            }
          }
        }
      } else {
        if (typeof current === "object" && current !== null && lastKey in current && Object.prototype.hasOwnProperty.call(current, lastKey)) {
          current[lastKey] = value;
        }
      }
      return true;
    }
    function removeKey(obj, parts) {
      let current = obj;
      for (let i = 0; i < parts.length - 1; i++) {
        const key = parts[i];
        if (typeof current !== "object" || current === null || !(key in current)) {
          return false;
        }
        if (typeof current[key] !== "object" || current[key] === null) {
          return false;
        }
        current = current[key];
      }
      const lastKey = parts[parts.length - 1];
      if (lastKey === "*") {
        if (Array.isArray(current)) {
          for (let i = 0; i < current.length; i++) {
            current[i] = void 0;
          }
        } else if (typeof current === "object" && current !== null) {
          for (const key in current) {
            if (Object.prototype.hasOwnProperty.call(current, key)) {
              delete current[key];
            }
          }
        }
      } else {
        if (typeof current === "object" && current !== null && lastKey in current && Object.prototype.hasOwnProperty.call(current, lastKey)) {
          delete current[lastKey];
        }
      }
      return true;
    }
    var PATH_NOT_FOUND = /* @__PURE__ */ Symbol("PATH_NOT_FOUND");
    function getValueIfExists(obj, parts) {
      let current = obj;
      for (const part of parts) {
        if (current === null || current === void 0) {
          return PATH_NOT_FOUND;
        }
        if (typeof current !== "object" || current === null) {
          return PATH_NOT_FOUND;
        }
        if (!(part in current)) {
          return PATH_NOT_FOUND;
        }
        current = current[part];
      }
      return current;
    }
    function getValue(obj, parts) {
      let current = obj;
      for (const part of parts) {
        if (current === null || current === void 0) {
          return void 0;
        }
        if (typeof current !== "object" || current === null) {
          return void 0;
        }
        current = current[part];
      }
      return current;
    }
    function redactPaths(obj, paths, censor, remove = false) {
      for (const path of paths) {
        const parts = parsePath(path);
        if (parts.includes("*")) {
          redactWildcardPath(obj, parts, censor, path, remove);
        } else {
          if (remove) {
            removeKey(obj, parts);
          } else {
            const value = getValueIfExists(obj, parts);
            if (value === PATH_NOT_FOUND) {
              continue;
            }
            const actualCensor = typeof censor === "function" ? censor(value, parts) : censor;
            setValue(obj, parts, actualCensor);
          }
        }
      }
    }
    function redactWildcardPath(obj, parts, censor, originalPath, remove = false) {
      const wildcardIndex = parts.indexOf("*");
      if (wildcardIndex === parts.length - 1) {
        const parentParts = parts.slice(0, -1);
        let current = obj;
        for (const part of parentParts) {
          if (current === null || current === void 0) return;
          if (typeof current !== "object" || current === null) return;
          current = current[part];
        }
        if (Array.isArray(current)) {
          if (remove) {
            for (let i = 0; i < current.length; i++) {
              current[i] = void 0;
            }
          } else {
            for (let i = 0; i < current.length; i++) {
              const indexPath = [...parentParts, i.toString()];
              const actualCensor = typeof censor === "function" ? censor(current[i], indexPath) : censor;
              current[i] = actualCensor;
            }
          }
        } else if (typeof current === "object" && current !== null) {
          if (remove) {
            const keysToDelete = [];
            for (const key in current) {
              if (Object.prototype.hasOwnProperty.call(current, key)) {
                keysToDelete.push(key);
              }
            }
            for (const key of keysToDelete) {
              delete current[key];
            }
          } else {
            for (const key in current) {
              const keyPath = [...parentParts, key];
              const actualCensor = typeof censor === "function" ? censor(current[key], keyPath) : censor;
              current[key] = actualCensor;
            }
          }
        }
      } else {
        redactIntermediateWildcard(obj, parts, censor, wildcardIndex, originalPath, remove);
      }
    }
    function redactIntermediateWildcard(obj, parts, censor, wildcardIndex, originalPath, remove = false) {
      const beforeWildcard = parts.slice(0, wildcardIndex);
      const afterWildcard = parts.slice(wildcardIndex + 1);
      const pathArray = [];
      function traverse(current, pathLength) {
        if (pathLength === beforeWildcard.length) {
          if (Array.isArray(current)) {
            for (let i = 0; i < current.length; i++) {
              pathArray[pathLength] = i.toString();
              traverse(current[i], pathLength + 1);
            }
          } else if (typeof current === "object" && current !== null) {
            for (const key in current) {
              pathArray[pathLength] = key;
              traverse(current[key], pathLength + 1);
            }
          }
        } else if (pathLength < beforeWildcard.length) {
          const nextKey = beforeWildcard[pathLength];
          if (current && typeof current === "object" && current !== null && nextKey in current) {
            pathArray[pathLength] = nextKey;
            traverse(current[nextKey], pathLength + 1);
          }
        } else {
          if (afterWildcard.includes("*")) {
            const wrappedCensor = typeof censor === "function" ? (value, path) => {
              const fullPath = [...pathArray.slice(0, pathLength), ...path];
              return censor(value, fullPath);
            } : censor;
            redactWildcardPath(current, afterWildcard, wrappedCensor, originalPath, remove);
          } else {
            if (remove) {
              removeKey(current, afterWildcard);
            } else {
              const actualCensor = typeof censor === "function" ? censor(getValue(current, afterWildcard), [...pathArray.slice(0, pathLength), ...afterWildcard]) : censor;
              setValue(current, afterWildcard, actualCensor);
            }
          }
        }
      }
      if (beforeWildcard.length === 0) {
        traverse(obj, 0);
      } else {
        let current = obj;
        for (let i = 0; i < beforeWildcard.length; i++) {
          const part = beforeWildcard[i];
          if (current === null || current === void 0) return;
          if (typeof current !== "object" || current === null) return;
          current = current[part];
          pathArray[i] = part;
        }
        if (current !== null && current !== void 0) {
          traverse(current, beforeWildcard.length);
        }
      }
    }
    function buildPathStructure(pathsToClone) {
      if (pathsToClone.length === 0) {
        return null;
      }
      const pathStructure = /* @__PURE__ */ new Map();
      for (const path of pathsToClone) {
        const parts = parsePath(path);
        let current = pathStructure;
        for (let i = 0; i < parts.length; i++) {
          const part = parts[i];
          if (!current.has(part)) {
            current.set(part, /* @__PURE__ */ new Map());
          }
          current = current.get(part);
        }
      }
      return pathStructure;
    }
    function selectiveClone(obj, pathStructure) {
      if (!pathStructure) {
        return obj;
      }
      function cloneSelectively(source, pathMap, depth = 0) {
        if (!pathMap || pathMap.size === 0) {
          return source;
        }
        if (source === null || typeof source !== "object") {
          return source;
        }
        if (source instanceof Date) {
          return new Date(source.getTime());
        }
        if (Array.isArray(source)) {
          const cloned2 = [];
          for (let i = 0; i < source.length; i++) {
            const indexStr = i.toString();
            if (pathMap.has(indexStr) || pathMap.has("*")) {
              cloned2[i] = cloneSelectively(source[i], pathMap.get(indexStr) || pathMap.get("*"));
            } else {
              cloned2[i] = source[i];
            }
          }
          return cloned2;
        }
        const cloned = Object.create(Object.getPrototypeOf(source));
        for (const key in source) {
          if (Object.prototype.hasOwnProperty.call(source, key)) {
            if (pathMap.has(key) || pathMap.has("*")) {
              cloned[key] = cloneSelectively(source[key], pathMap.get(key) || pathMap.get("*"));
            } else {
              cloned[key] = source[key];
            }
          }
        }
        return cloned;
      }
      return cloneSelectively(obj, pathStructure);
    }
    function validatePath(path) {
      if (typeof path !== "string") {
        throw new Error("Paths must be (non-empty) strings");
      }
      if (path === "") {
        throw new Error("Invalid redaction path ()");
      }
      if (path.includes("..")) {
        throw new Error(`Invalid redaction path (${path})`);
      }
      if (path.includes(",")) {
        throw new Error(`Invalid redaction path (${path})`);
      }
      let bracketCount = 0;
      let inQuotes = false;
      let quoteChar = "";
      for (let i = 0; i < path.length; i++) {
        const char = path[i];
        if ((char === '"' || char === "'") && bracketCount > 0) {
          if (!inQuotes) {
            inQuotes = true;
            quoteChar = char;
          } else if (char === quoteChar) {
            inQuotes = false;
            quoteChar = "";
          }
        } else if (char === "[" && !inQuotes) {
          bracketCount++;
        } else if (char === "]" && !inQuotes) {
          bracketCount--;
          if (bracketCount < 0) {
            throw new Error(`Invalid redaction path (${path})`);
          }
        }
      }
      if (bracketCount !== 0) {
        throw new Error(`Invalid redaction path (${path})`);
      }
    }
    function validatePaths(paths) {
      if (!Array.isArray(paths)) {
        throw new TypeError("paths must be an array");
      }
      for (const path of paths) {
        validatePath(path);
      }
    }
    function slowRedact(options = {}) {
      const {
        paths = [],
        censor = "[REDACTED]",
        serialize = JSON.stringify,
        strict = true,
        remove = false
      } = options;
      validatePaths(paths);
      const pathStructure = buildPathStructure(paths);
      return function redact(obj) {
        if (strict && (obj === null || typeof obj !== "object")) {
          if (obj === null || obj === void 0) {
            return serialize ? serialize(obj) : obj;
          }
          if (typeof obj !== "object") {
            return serialize ? serialize(obj) : obj;
          }
        }
        const cloned = selectiveClone(obj, pathStructure);
        const original = obj;
        let actualCensor = censor;
        if (typeof censor === "function") {
          actualCensor = censor;
        }
        redactPaths(cloned, paths, actualCensor, remove);
        if (serialize === false) {
          cloned.restore = function() {
            return deepClone(original);
          };
          return cloned;
        }
        if (typeof serialize === "function") {
          return serialize(cloned);
        }
        return JSON.stringify(cloned);
      };
    }
    module.exports = slowRedact;
  }
});

// node_modules/pino/lib/symbols.js
var require_symbols = __commonJS({
  "node_modules/pino/lib/symbols.js"(exports, module) {
    "use strict";
    var setLevelSym = /* @__PURE__ */ Symbol("pino.setLevel");
    var getLevelSym = /* @__PURE__ */ Symbol("pino.getLevel");
    var levelValSym = /* @__PURE__ */ Symbol("pino.levelVal");
    var levelCompSym = /* @__PURE__ */ Symbol("pino.levelComp");
    var useLevelLabelsSym = /* @__PURE__ */ Symbol("pino.useLevelLabels");
    var useOnlyCustomLevelsSym = /* @__PURE__ */ Symbol("pino.useOnlyCustomLevels");
    var mixinSym = /* @__PURE__ */ Symbol("pino.mixin");
    var lsCacheSym = /* @__PURE__ */ Symbol("pino.lsCache");
    var chindingsSym = /* @__PURE__ */ Symbol("pino.chindings");
    var asJsonSym = /* @__PURE__ */ Symbol("pino.asJson");
    var writeSym = /* @__PURE__ */ Symbol("pino.write");
    var redactFmtSym = /* @__PURE__ */ Symbol("pino.redactFmt");
    var timeSym = /* @__PURE__ */ Symbol("pino.time");
    var timeSliceIndexSym = /* @__PURE__ */ Symbol("pino.timeSliceIndex");
    var streamSym = /* @__PURE__ */ Symbol("pino.stream");
    var stringifySym = /* @__PURE__ */ Symbol("pino.stringify");
    var stringifySafeSym = /* @__PURE__ */ Symbol("pino.stringifySafe");
    var stringifiersSym = /* @__PURE__ */ Symbol("pino.stringifiers");
    var endSym = /* @__PURE__ */ Symbol("pino.end");
    var formatOptsSym = /* @__PURE__ */ Symbol("pino.formatOpts");
    var messageKeySym = /* @__PURE__ */ Symbol("pino.messageKey");
    var errorKeySym = /* @__PURE__ */ Symbol("pino.errorKey");
    var nestedKeySym = /* @__PURE__ */ Symbol("pino.nestedKey");
    var nestedKeyStrSym = /* @__PURE__ */ Symbol("pino.nestedKeyStr");
    var mixinMergeStrategySym = /* @__PURE__ */ Symbol("pino.mixinMergeStrategy");
    var msgPrefixSym = /* @__PURE__ */ Symbol("pino.msgPrefix");
    var wildcardFirstSym = /* @__PURE__ */ Symbol("pino.wildcardFirst");
    var serializersSym = /* @__PURE__ */ Symbol.for("pino.serializers");
    var formattersSym = /* @__PURE__ */ Symbol.for("pino.formatters");
    var hooksSym = /* @__PURE__ */ Symbol.for("pino.hooks");
    var needsMetadataGsym = /* @__PURE__ */ Symbol.for("pino.metadata");
    var transportUsesMultistreamSym = /* @__PURE__ */ Symbol.for("pino.transport.usesMultistream");
    module.exports = {
      setLevelSym,
      getLevelSym,
      levelValSym,
      levelCompSym,
      useLevelLabelsSym,
      mixinSym,
      lsCacheSym,
      chindingsSym,
      asJsonSym,
      writeSym,
      serializersSym,
      redactFmtSym,
      timeSym,
      timeSliceIndexSym,
      streamSym,
      stringifySym,
      stringifySafeSym,
      stringifiersSym,
      endSym,
      formatOptsSym,
      messageKeySym,
      errorKeySym,
      nestedKeySym,
      wildcardFirstSym,
      needsMetadataGsym,
      useOnlyCustomLevelsSym,
      formattersSym,
      hooksSym,
      nestedKeyStrSym,
      mixinMergeStrategySym,
      msgPrefixSym,
      transportUsesMultistreamSym
    };
  }
});

// node_modules/pino/lib/redaction.js
var require_redaction = __commonJS({
  "node_modules/pino/lib/redaction.js"(exports, module) {
    "use strict";
    var Redact = require_redact();
    var { redactFmtSym, wildcardFirstSym } = require_symbols();
    var rx = /[^.[\]]+|\[([^[\]]*?)\]/g;
    var CENSOR = "[Redacted]";
    var strict = false;
    function redaction(opts, serialize) {
      const { paths, censor, remove } = handle(opts);
      const shape = paths.reduce((o, str) => {
        rx.lastIndex = 0;
        const first = rx.exec(str);
        const next = rx.exec(str);
        let ns = first[1] !== void 0 ? first[1].replace(/^(?:"|'|`)(.*)(?:"|'|`)$/, "$1") : first[0];
        if (ns === "*") {
          ns = wildcardFirstSym;
        }
        if (next === null) {
          o[ns] = null;
          return o;
        }
        if (o[ns] === null) {
          return o;
        }
        const { index } = next;
        const nextPath = `${str.substr(index, str.length - 1)}`;
        o[ns] = o[ns] || [];
        if (ns !== wildcardFirstSym && o[ns].length === 0) {
          o[ns].push(...o[wildcardFirstSym] || []);
        }
        if (ns === wildcardFirstSym) {
          Object.keys(o).forEach(function(k) {
            if (o[k]) {
              o[k].push(nextPath);
            }
          });
        }
        o[ns].push(nextPath);
        return o;
      }, /* @__PURE__ */ Object.create(null));
      const result = Object.assign(/* @__PURE__ */ Object.create(null), {
        [redactFmtSym]: Redact({ paths, censor, serialize, strict, remove })
      });
      const topCensor = (...args) => {
        return typeof censor === "function" ? serialize(censor(...args)) : serialize(censor);
      };
      return [...Object.keys(shape), ...Object.getOwnPropertySymbols(shape)].reduce((o, k) => {
        if (shape[k] === null) {
          o[k] = (value) => topCensor(value, [k]);
        } else {
          const wrappedCensor = typeof censor === "function" ? (value, path) => {
            return censor(value, [k, ...path]);
          } : censor;
          o[k] = Redact({
            paths: shape[k],
            censor: wrappedCensor,
            serialize,
            strict,
            remove
          });
        }
        return o;
      }, result);
    }
    function handle(opts) {
      if (Array.isArray(opts)) {
        opts = { paths: opts, censor: CENSOR };
        return opts;
      }
      let { paths, censor = CENSOR, remove } = opts;
      if (Array.isArray(paths) === false) {
        throw Error("pino \u2013 redact must contain an array of strings");
      }
      if (remove === true) censor = void 0;
      return { paths, censor, remove };
    }
    module.exports = redaction;
  }
});

// node_modules/pino/lib/time.js
var require_time = __commonJS({
  "node_modules/pino/lib/time.js"(exports, module) {
    "use strict";
    var nullTime = () => "";
    var epochTime = () => `,"time":${Date.now()}`;
    var unixTime = () => `,"time":${Math.round(Date.now() / 1e3)}`;
    var isoTime = () => `,"time":"${new Date(Date.now()).toISOString()}"`;
    var NS_PER_MS = 1000000n;
    var NS_PER_SEC = 1000000000n;
    var startWallTimeNs = BigInt(Date.now()) * NS_PER_MS;
    var startHrTime = process.hrtime.bigint();
    var isoTimeNano = () => {
      const elapsedNs = process.hrtime.bigint() - startHrTime;
      const currentTimeNs = startWallTimeNs + elapsedNs;
      const secondsSinceEpoch = currentTimeNs / NS_PER_SEC;
      const nanosWithinSecond = currentTimeNs % NS_PER_SEC;
      const msSinceEpoch = Number(secondsSinceEpoch * 1000n + nanosWithinSecond / 1000000n);
      const date = new Date(msSinceEpoch);
      const year = date.getUTCFullYear();
      const month = (date.getUTCMonth() + 1).toString().padStart(2, "0");
      const day = date.getUTCDate().toString().padStart(2, "0");
      const hours = date.getUTCHours().toString().padStart(2, "0");
      const minutes = date.getUTCMinutes().toString().padStart(2, "0");
      const seconds = date.getUTCSeconds().toString().padStart(2, "0");
      return `,"time":"${year}-${month}-${day}T${hours}:${minutes}:${seconds}.${nanosWithinSecond.toString().padStart(9, "0")}Z"`;
    };
    module.exports = { nullTime, epochTime, unixTime, isoTime, isoTimeNano };
  }
});

// node_modules/quick-format-unescaped/index.js
var require_quick_format_unescaped = __commonJS({
  "node_modules/quick-format-unescaped/index.js"(exports, module) {
    "use strict";
    function tryStringify(o) {
      try {
        return JSON.stringify(o);
      } catch (e) {
        return '"[Circular]"';
      }
    }
    module.exports = format;
    function format(f, args, opts) {
      var ss = opts && opts.stringify || tryStringify;
      var offset = 1;
      if (typeof f === "object" && f !== null) {
        var len = args.length + offset;
        if (len === 1) return f;
        var objects = new Array(len);
        objects[0] = ss(f);
        for (var index = 1; index < len; index++) {
          objects[index] = ss(args[index]);
        }
        return objects.join(" ");
      }
      if (typeof f !== "string") {
        return f;
      }
      var argLen = args.length;
      if (argLen === 0) return f;
      var str = "";
      var a = 1 - offset;
      var lastPos = -1;
      var flen = f && f.length || 0;
      for (var i = 0; i < flen; ) {
        if (f.charCodeAt(i) === 37 && i + 1 < flen) {
          lastPos = lastPos > -1 ? lastPos : 0;
          switch (f.charCodeAt(i + 1)) {
            case 100:
            // 'd'
            case 102:
              if (a >= argLen)
                break;
              if (args[a] == null) break;
              if (lastPos < i)
                str += f.slice(lastPos, i);
              str += Number(args[a]);
              lastPos = i + 2;
              i++;
              break;
            case 105:
              if (a >= argLen)
                break;
              if (args[a] == null) break;
              if (lastPos < i)
                str += f.slice(lastPos, i);
              str += Math.floor(Number(args[a]));
              lastPos = i + 2;
              i++;
              break;
            case 79:
            // 'O'
            case 111:
            // 'o'
            case 106:
              if (a >= argLen)
                break;
              if (args[a] === void 0) break;
              if (lastPos < i)
                str += f.slice(lastPos, i);
              var type = typeof args[a];
              if (type === "string") {
                str += "'" + args[a] + "'";
                lastPos = i + 2;
                i++;
                break;
              }
              if (type === "function") {
                str += args[a].name || "<anonymous>";
                lastPos = i + 2;
                i++;
                break;
              }
              str += ss(args[a]);
              lastPos = i + 2;
              i++;
              break;
            case 115:
              if (a >= argLen)
                break;
              if (lastPos < i)
                str += f.slice(lastPos, i);
              str += String(args[a]);
              lastPos = i + 2;
              i++;
              break;
            case 37:
              if (lastPos < i)
                str += f.slice(lastPos, i);
              str += "%";
              lastPos = i + 2;
              i++;
              a--;
              break;
          }
          ++a;
        }
        ++i;
      }
      if (lastPos === -1)
        return f;
      else if (lastPos < flen) {
        str += f.slice(lastPos);
      }
      return str;
    }
  }
});

// node_modules/sonic-boom/index.js
var require_sonic_boom = __commonJS({
  "node_modules/sonic-boom/index.js"(exports, module) {
    "use strict";
    var fs = __require("fs");
    var EventEmitter = __require("events");
    var inherits = __require("util").inherits;
    var path = __require("path");
    var sleep = require_atomic_sleep();
    var assert = __require("assert");
    var BUSY_WRITE_TIMEOUT = 100;
    var kEmptyBuffer = Buffer.allocUnsafe(0);
    var MAX_WRITE = 16 * 1024;
    var kContentModeBuffer = "buffer";
    var kContentModeUtf8 = "utf8";
    var [major, minor] = (process.versions.node || "0.0").split(".").map(Number);
    var kCopyBuffer = major >= 22 && minor >= 7;
    function openFile2(file, sonic) {
      sonic._opening = true;
      sonic._writing = true;
      sonic._asyncDrainScheduled = false;
      function fileOpened(err, fd) {
        if (err) {
          sonic._reopening = false;
          sonic._writing = false;
          sonic._opening = false;
          if (sonic.sync) {
            process.nextTick(() => {
              if (sonic.listenerCount("error") > 0) {
                sonic.emit("error", err);
              }
            });
          } else {
            sonic.emit("error", err);
          }
          return;
        }
        const reopening = sonic._reopening;
        sonic.fd = fd;
        sonic.file = file;
        sonic._reopening = false;
        sonic._opening = false;
        sonic._writing = false;
        if (sonic.sync) {
          process.nextTick(() => sonic.emit("ready"));
        } else {
          sonic.emit("ready");
        }
        if (sonic.destroyed) {
          return;
        }
        if (!sonic._writing && sonic._len > sonic.minLength || sonic._flushPending) {
          sonic._actualWrite();
        } else if (reopening) {
          process.nextTick(() => sonic.emit("drain"));
        }
      }
      const flags = sonic.append ? "a" : "w";
      const mode = sonic.mode;
      if (sonic.sync) {
        try {
          if (sonic.mkdir) fs.mkdirSync(path.dirname(file), { recursive: true });
          const fd = fs.openSync(file, flags, mode);
          fileOpened(null, fd);
        } catch (err) {
          fileOpened(err);
          throw err;
        }
      } else if (sonic.mkdir) {
        fs.mkdir(path.dirname(file), { recursive: true }, (err) => {
          if (err) return fileOpened(err);
          fs.open(file, flags, mode, fileOpened);
        });
      } else {
        fs.open(file, flags, mode, fileOpened);
      }
    }
    function SonicBoom(opts) {
      if (!(this instanceof SonicBoom)) {
        return new SonicBoom(opts);
      }
      let { fd, dest, minLength, maxLength, maxWrite, periodicFlush, sync, append = true, mkdir: mkdir2, retryEAGAIN, fsync, contentMode, mode } = opts || {};
      fd = fd || dest;
      this._len = 0;
      this.fd = -1;
      this._bufs = [];
      this._lens = [];
      this._writing = false;
      this._ending = false;
      this._reopening = false;
      this._asyncDrainScheduled = false;
      this._flushPending = false;
      this._hwm = Math.max(minLength || 0, 16387);
      this.file = null;
      this.destroyed = false;
      this.minLength = minLength || 0;
      this.maxLength = maxLength || 0;
      this.maxWrite = maxWrite || MAX_WRITE;
      this._periodicFlush = periodicFlush || 0;
      this._periodicFlushTimer = void 0;
      this.sync = sync || false;
      this.writable = true;
      this._fsync = fsync || false;
      this.append = append || false;
      this.mode = mode;
      this.retryEAGAIN = retryEAGAIN || (() => true);
      this.mkdir = mkdir2 || false;
      let fsWriteSync;
      let fsWrite;
      if (contentMode === kContentModeBuffer) {
        this._writingBuf = kEmptyBuffer;
        this.write = writeBuffer;
        this.flush = flushBuffer;
        this.flushSync = flushBufferSync;
        this._actualWrite = actualWriteBuffer;
        fsWriteSync = () => fs.writeSync(this.fd, this._writingBuf);
        fsWrite = () => fs.write(this.fd, this._writingBuf, this.release);
      } else if (contentMode === void 0 || contentMode === kContentModeUtf8) {
        this._writingBuf = "";
        this.write = write;
        this.flush = flush;
        this.flushSync = flushSync;
        this._actualWrite = actualWrite;
        fsWriteSync = () => {
          if (Buffer.isBuffer(this._writingBuf)) {
            return fs.writeSync(this.fd, this._writingBuf);
          }
          return fs.writeSync(this.fd, this._writingBuf, "utf8");
        };
        fsWrite = () => {
          if (Buffer.isBuffer(this._writingBuf)) {
            return fs.write(this.fd, this._writingBuf, this.release);
          }
          return fs.write(this.fd, this._writingBuf, "utf8", this.release);
        };
      } else {
        throw new Error(`SonicBoom supports "${kContentModeUtf8}" and "${kContentModeBuffer}", but passed ${contentMode}`);
      }
      if (typeof fd === "number") {
        this.fd = fd;
        process.nextTick(() => this.emit("ready"));
      } else if (typeof fd === "string") {
        openFile2(fd, this);
      } else {
        throw new Error("SonicBoom supports only file descriptors and files");
      }
      if (this.minLength >= this.maxWrite) {
        throw new Error(`minLength should be smaller than maxWrite (${this.maxWrite})`);
      }
      this.release = (err, n) => {
        if (err) {
          if ((err.code === "EAGAIN" || err.code === "EBUSY") && this.retryEAGAIN(err, this._writingBuf.length, this._len - this._writingBuf.length)) {
            if (this.sync) {
              try {
                sleep(BUSY_WRITE_TIMEOUT);
                this.release(void 0, 0);
              } catch (err2) {
                this.release(err2);
              }
            } else {
              setTimeout(fsWrite, BUSY_WRITE_TIMEOUT);
            }
          } else {
            this._writing = false;
            this.emit("error", err);
          }
          return;
        }
        this.emit("write", n);
        const releasedBufObj = releaseWritingBuf(this._writingBuf, this._len, n);
        this._len = releasedBufObj.len;
        this._writingBuf = releasedBufObj.writingBuf;
        if (this._writingBuf.length) {
          if (!this.sync) {
            fsWrite();
            return;
          }
          try {
            do {
              const n2 = fsWriteSync();
              const releasedBufObj2 = releaseWritingBuf(this._writingBuf, this._len, n2);
              this._len = releasedBufObj2.len;
              this._writingBuf = releasedBufObj2.writingBuf;
            } while (this._writingBuf.length);
          } catch (err2) {
            this.release(err2);
            return;
          }
        }
        if (this._fsync) {
          fs.fsyncSync(this.fd);
        }
        const len = this._len;
        if (this._reopening) {
          this._writing = false;
          this._reopening = false;
          this.reopen();
        } else if (len > this.minLength) {
          this._actualWrite();
        } else if (this._ending) {
          if (len > 0) {
            this._actualWrite();
          } else {
            this._writing = false;
            actualClose(this);
          }
        } else {
          this._writing = false;
          if (this.sync) {
            if (!this._asyncDrainScheduled) {
              this._asyncDrainScheduled = true;
              process.nextTick(emitDrain, this);
            }
          } else {
            this.emit("drain");
          }
        }
      };
      this.on("newListener", function(name) {
        if (name === "drain") {
          this._asyncDrainScheduled = false;
        }
      });
      if (this._periodicFlush !== 0) {
        this._periodicFlushTimer = setInterval(() => this.flush(null), this._periodicFlush);
        this._periodicFlushTimer.unref();
      }
    }
    function releaseWritingBuf(writingBuf, len, n) {
      if (typeof writingBuf === "string") {
        writingBuf = Buffer.from(writingBuf);
      }
      len = Math.max(len - n, 0);
      writingBuf = writingBuf.subarray(n);
      return { writingBuf, len };
    }
    function emitDrain(sonic) {
      const hasListeners = sonic.listenerCount("drain") > 0;
      if (!hasListeners) return;
      sonic._asyncDrainScheduled = false;
      sonic.emit("drain");
    }
    inherits(SonicBoom, EventEmitter);
    function mergeBuf(bufs, len) {
      if (bufs.length === 0) {
        return kEmptyBuffer;
      }
      if (bufs.length === 1) {
        return bufs[0];
      }
      return Buffer.concat(bufs, len);
    }
    function write(data) {
      if (this.destroyed) {
        throw new Error("SonicBoom destroyed");
      }
      data = "" + data;
      const dataLen = Buffer.byteLength(data);
      const len = this._len + dataLen;
      const bufs = this._bufs;
      if (this.maxLength && len > this.maxLength) {
        this.emit("drop", data);
        return this._len < this._hwm;
      }
      if (bufs.length === 0 || Buffer.byteLength(bufs[bufs.length - 1]) + dataLen > this.maxWrite) {
        bufs.push(data);
      } else {
        bufs[bufs.length - 1] += data;
      }
      this._len = len;
      if (!this._writing && this._len >= this.minLength) {
        this._actualWrite();
      }
      return this._len < this._hwm;
    }
    function writeBuffer(data) {
      if (this.destroyed) {
        throw new Error("SonicBoom destroyed");
      }
      const len = this._len + data.length;
      const bufs = this._bufs;
      const lens = this._lens;
      if (this.maxLength && len > this.maxLength) {
        this.emit("drop", data);
        return this._len < this._hwm;
      }
      if (bufs.length === 0 || lens[lens.length - 1] + data.length > this.maxWrite) {
        bufs.push([data]);
        lens.push(data.length);
      } else {
        bufs[bufs.length - 1].push(data);
        lens[lens.length - 1] += data.length;
      }
      this._len = len;
      if (!this._writing && this._len >= this.minLength) {
        this._actualWrite();
      }
      return this._len < this._hwm;
    }
    function callFlushCallbackOnDrain(cb) {
      this._flushPending = true;
      const onDrain = () => {
        if (!this._fsync) {
          try {
            fs.fsync(this.fd, (err) => {
              this._flushPending = false;
              cb(err);
            });
          } catch (err) {
            cb(err);
          }
        } else {
          this._flushPending = false;
          cb();
        }
        this.off("error", onError);
      };
      const onError = (err) => {
        this._flushPending = false;
        cb(err);
        this.off("drain", onDrain);
      };
      this.once("drain", onDrain);
      this.once("error", onError);
    }
    function flush(cb) {
      if (cb != null && typeof cb !== "function") {
        throw new Error("flush cb must be a function");
      }
      if (this.destroyed) {
        const error = new Error("SonicBoom destroyed");
        if (cb) {
          cb(error);
          return;
        }
        throw error;
      }
      if (this.minLength <= 0) {
        cb?.();
        return;
      }
      if (cb) {
        callFlushCallbackOnDrain.call(this, cb);
      }
      if (this._writing) {
        return;
      }
      if (this._bufs.length === 0) {
        this._bufs.push("");
      }
      this._actualWrite();
    }
    function flushBuffer(cb) {
      if (cb != null && typeof cb !== "function") {
        throw new Error("flush cb must be a function");
      }
      if (this.destroyed) {
        const error = new Error("SonicBoom destroyed");
        if (cb) {
          cb(error);
          return;
        }
        throw error;
      }
      if (this.minLength <= 0) {
        cb?.();
        return;
      }
      if (cb) {
        callFlushCallbackOnDrain.call(this, cb);
      }
      if (this._writing) {
        return;
      }
      if (this._bufs.length === 0) {
        this._bufs.push([]);
        this._lens.push(0);
      }
      this._actualWrite();
    }
    SonicBoom.prototype.reopen = function(file) {
      if (this.destroyed) {
        throw new Error("SonicBoom destroyed");
      }
      if (this._opening) {
        this.once("ready", () => {
          this.reopen(file);
        });
        return;
      }
      if (this._ending) {
        return;
      }
      if (!this.file) {
        throw new Error("Unable to reopen a file descriptor, you must pass a file to SonicBoom");
      }
      if (file) {
        this.file = file;
      }
      this._reopening = true;
      if (this._writing) {
        return;
      }
      const fd = this.fd;
      this.once("ready", () => {
        if (fd !== this.fd) {
          fs.close(fd, (err) => {
            if (err) {
              return this.emit("error", err);
            }
          });
        }
      });
      openFile2(this.file, this);
    };
    SonicBoom.prototype.end = function() {
      if (this.destroyed) {
        throw new Error("SonicBoom destroyed");
      }
      if (this._opening) {
        this.once("ready", () => {
          this.end();
        });
        return;
      }
      if (this._ending) {
        return;
      }
      this._ending = true;
      if (this._writing) {
        return;
      }
      if (this._len > 0 && this.fd >= 0) {
        this._actualWrite();
      } else {
        actualClose(this);
      }
    };
    function flushSync() {
      if (this.destroyed) {
        throw new Error("SonicBoom destroyed");
      }
      if (this.fd < 0) {
        throw new Error("sonic boom is not ready yet");
      }
      if (!this._writing && this._writingBuf.length > 0) {
        this._bufs.unshift(this._writingBuf);
        this._writingBuf = "";
      }
      let buf = "";
      while (this._bufs.length || buf.length) {
        if (buf.length <= 0) {
          buf = this._bufs[0];
        }
        try {
          const n = Buffer.isBuffer(buf) ? fs.writeSync(this.fd, buf) : fs.writeSync(this.fd, buf, "utf8");
          const releasedBufObj = releaseWritingBuf(buf, this._len, n);
          buf = releasedBufObj.writingBuf;
          this._len = releasedBufObj.len;
          if (buf.length <= 0) {
            this._bufs.shift();
          }
        } catch (err) {
          const shouldRetry = err.code === "EAGAIN" || err.code === "EBUSY";
          if (shouldRetry && !this.retryEAGAIN(err, buf.length, this._len - buf.length)) {
            throw err;
          }
          sleep(BUSY_WRITE_TIMEOUT);
        }
      }
      try {
        fs.fsyncSync(this.fd);
      } catch {
      }
    }
    function flushBufferSync() {
      if (this.destroyed) {
        throw new Error("SonicBoom destroyed");
      }
      if (this.fd < 0) {
        throw new Error("sonic boom is not ready yet");
      }
      if (!this._writing && this._writingBuf.length > 0) {
        this._bufs.unshift([this._writingBuf]);
        this._writingBuf = kEmptyBuffer;
      }
      let buf = kEmptyBuffer;
      while (this._bufs.length || buf.length) {
        if (buf.length <= 0) {
          buf = mergeBuf(this._bufs[0], this._lens[0]);
        }
        try {
          const n = fs.writeSync(this.fd, buf);
          buf = buf.subarray(n);
          this._len = Math.max(this._len - n, 0);
          if (buf.length <= 0) {
            this._bufs.shift();
            this._lens.shift();
          }
        } catch (err) {
          const shouldRetry = err.code === "EAGAIN" || err.code === "EBUSY";
          if (shouldRetry && !this.retryEAGAIN(err, buf.length, this._len - buf.length)) {
            throw err;
          }
          sleep(BUSY_WRITE_TIMEOUT);
        }
      }
    }
    SonicBoom.prototype.destroy = function() {
      if (this.destroyed) {
        return;
      }
      actualClose(this);
    };
    function actualWrite() {
      const release = this.release;
      this._writing = true;
      this._writingBuf = this._writingBuf.length ? this._writingBuf : this._bufs.shift() || "";
      if (this.sync) {
        try {
          const written = Buffer.isBuffer(this._writingBuf) ? fs.writeSync(this.fd, this._writingBuf) : fs.writeSync(this.fd, this._writingBuf, "utf8");
          release(null, written);
        } catch (err) {
          release(err);
        }
      } else {
        fs.write(this.fd, this._writingBuf, release);
      }
    }
    function actualWriteBuffer() {
      const release = this.release;
      this._writing = true;
      this._writingBuf = this._writingBuf.length ? this._writingBuf : mergeBuf(this._bufs.shift(), this._lens.shift());
      if (this.sync) {
        try {
          const written = fs.writeSync(this.fd, this._writingBuf);
          release(null, written);
        } catch (err) {
          release(err);
        }
      } else {
        if (kCopyBuffer) {
          this._writingBuf = Buffer.from(this._writingBuf);
        }
        fs.write(this.fd, this._writingBuf, release);
      }
    }
    function actualClose(sonic) {
      if (sonic.fd === -1) {
        sonic.once("ready", actualClose.bind(null, sonic));
        return;
      }
      if (sonic._periodicFlushTimer !== void 0) {
        clearInterval(sonic._periodicFlushTimer);
      }
      sonic.destroyed = true;
      sonic._bufs = [];
      sonic._lens = [];
      assert(typeof sonic.fd === "number", `sonic.fd must be a number, got ${typeof sonic.fd}`);
      try {
        fs.fsync(sonic.fd, closeWrapped);
      } catch {
      }
      function closeWrapped() {
        if (sonic.fd !== 1 && sonic.fd !== 2) {
          fs.close(sonic.fd, done);
        } else {
          done();
        }
      }
      function done(err) {
        if (err) {
          sonic.emit("error", err);
          return;
        }
        if (sonic._ending && !sonic._writing) {
          sonic.emit("finish");
        }
        sonic.emit("close");
      }
    }
    SonicBoom.SonicBoom = SonicBoom;
    SonicBoom.default = SonicBoom;
    module.exports = SonicBoom;
  }
});

// node_modules/thread-stream/package.json
var require_package = __commonJS({
  "node_modules/thread-stream/package.json"(exports, module) {
    module.exports = {
      name: "thread-stream",
      version: "4.2.1",
      description: "A streaming way to send data to a Node.js Worker Thread",
      main: "index.js",
      types: "index.d.ts",
      engines: {
        node: ">=20"
      },
      dependencies: {
        "real-require": "^1.0.0"
      },
      devDependencies: {
        "@types/node": "^26.1.1",
        "@yao-pkg/pkg": "^6.0.0",
        borp: "^1.0.0",
        desm: "^1.3.0",
        eslint: "^9.39.1",
        fastbench: "^1.0.1",
        neostandard: "^0.13.0",
        "pino-elasticsearch": "^9.0.0",
        "sonic-boom": "^5.0.0",
        "ts-node": "^10.8.0",
        tsd: "^0.33.0",
        typescript: "~5.7.3"
      },
      scripts: {
        build: "tsc --noEmit",
        lint: "eslint",
        test: 'npm run lint && npm run build && npm run test:types && npm run transpile && borp --expose-gc --pattern "test/*.test.{js,mjs}"',
        "test:ci": 'npm run lint && npm run test:types && npm run transpile && borp --expose-gc --pattern "test/*.test.{js,mjs}"',
        "test:types": "tsd",
        "test:yarn": 'npm run transpile && borp --expose-gc --pattern "test/*.test.js"',
        transpile: "sh ./test/ts/transpile.sh"
      },
      tsd: {
        directory: "test/types"
      },
      repository: {
        type: "git",
        url: "git+https://github.com/mcollina/thread-stream.git"
      },
      keywords: [
        "worker",
        "thread",
        "threads",
        "stream"
      ],
      author: "Matteo Collina <hello@matteocollina.com>",
      license: "MIT",
      bugs: {
        url: "https://github.com/mcollina/thread-stream/issues"
      },
      homepage: "https://github.com/mcollina/thread-stream#readme"
    };
  }
});

// node_modules/thread-stream/lib/wait.js
var require_wait = __commonJS({
  "node_modules/thread-stream/lib/wait.js"(exports, module) {
    "use strict";
    var WAIT_MS = 1e4;
    function wait(state, index, expected, timeout, done) {
      const max = timeout === Infinity ? Infinity : Date.now() + timeout;
      const check2 = (previous) => {
        const current = Atomics.load(state, index);
        if (current >= expected) {
          done(null, "ok");
          return;
        }
        if (previous !== void 0 && current !== previous) {
          done(null, "not-equal");
          return;
        }
        if (max !== Infinity && Date.now() > max) {
          done(null, "timed-out");
          return;
        }
        const remaining = max === Infinity ? WAIT_MS : Math.min(WAIT_MS, Math.max(1, max - Date.now()));
        const result = Atomics.waitAsync(state, index, current, remaining);
        if (result.async) {
          result.value.then((res) => {
            if (res === "ok") {
              const latest = Atomics.load(state, index);
              done(null, latest >= expected ? "ok" : "not-equal");
              return;
            }
            check2(current);
          });
        } else {
          setImmediate(done, null, "not-equal");
        }
      };
      check2();
    }
    function waitDiff(state, index, expected, timeout, done) {
      const max = timeout === Infinity ? Infinity : Date.now() + timeout;
      const check2 = () => {
        const current = Atomics.load(state, index);
        if (current !== expected) {
          done(null, "ok");
          return;
        }
        if (max !== Infinity && Date.now() > max) {
          done(null, "timed-out");
          return;
        }
        const remaining = max === Infinity ? WAIT_MS : Math.min(WAIT_MS, Math.max(1, max - Date.now()));
        const result = Atomics.waitAsync(state, index, expected, remaining);
        if (result.async) {
          result.value.then((res) => {
            if (res === "ok") {
              done(null, "ok");
              return;
            }
            check2();
          });
        } else {
          setImmediate(check2);
        }
      };
      check2();
    }
    module.exports = { wait, waitDiff };
  }
});

// node_modules/thread-stream/lib/indexes.js
var require_indexes = __commonJS({
  "node_modules/thread-stream/lib/indexes.js"(exports, module) {
    "use strict";
    var SEQ_INDEX = 2;
    var WRITE_INDEX = 4;
    var READ_INDEX = 8;
    module.exports = {
      WRITE_INDEX,
      READ_INDEX,
      SEQ_INDEX
    };
  }
});

// node_modules/thread-stream/index.js
var require_thread_stream = __commonJS({
  "node_modules/thread-stream/index.js"(exports, module) {
    "use strict";
    var { version } = require_package();
    var { EventEmitter } = __require("events");
    var { Worker } = __require("worker_threads");
    var { join: join10 } = __require("path");
    var { pathToFileURL } = __require("url");
    var { wait } = require_wait();
    var {
      WRITE_INDEX,
      READ_INDEX,
      SEQ_INDEX
    } = require_indexes();
    var buffer = __require("buffer");
    var assert = __require("assert");
    var kImpl = /* @__PURE__ */ Symbol("kImpl");
    var MAX_STRING = buffer.constants.MAX_STRING_LENGTH;
    function noop() {
    }
    function updateState(stream, fn) {
      Atomics.add(stream[kImpl].state, SEQ_INDEX, 1);
      fn();
      Atomics.add(stream[kImpl].state, SEQ_INDEX, 1);
      Atomics.notify(stream[kImpl].state, SEQ_INDEX);
    }
    function resetIndexes(stream) {
      updateState(stream, () => {
        Atomics.store(stream[kImpl].state, READ_INDEX, 0);
        Atomics.store(stream[kImpl].state, WRITE_INDEX, 0);
      });
      Atomics.notify(stream[kImpl].state, READ_INDEX);
    }
    var FakeWeakRef = class {
      constructor(value) {
        this._value = value;
      }
      deref() {
        return this._value;
      }
    };
    var FakeFinalizationRegistry = class {
      register() {
      }
      unregister() {
      }
    };
    var FinalizationRegistry = process.env.NODE_V8_COVERAGE ? FakeFinalizationRegistry : global.FinalizationRegistry || FakeFinalizationRegistry;
    var WeakRef = process.env.NODE_V8_COVERAGE ? FakeWeakRef : global.WeakRef || FakeWeakRef;
    var registry = new FinalizationRegistry((worker) => {
      if (worker.exited) {
        return;
      }
      worker.terminate();
    });
    function createWorker(stream, opts) {
      const { filename, workerData } = opts;
      const bundlerOverrides = "__bundlerPathsOverrides" in globalThis ? globalThis.__bundlerPathsOverrides : {};
      const toExecute = bundlerOverrides["thread-stream-worker"] || join10(__dirname, "lib", "worker.js");
      const worker = new Worker(toExecute, {
        ...opts.workerOpts,
        name: opts.workerOpts?.name || "thread-stream",
        trackUnmanagedFds: false,
        workerData: {
          filename: filename.indexOf("file://") === 0 ? filename : pathToFileURL(filename).href,
          dataBuf: stream[kImpl].dataBuf,
          stateBuf: stream[kImpl].stateBuf,
          workerData: {
            $context: {
              threadStreamVersion: version
            },
            ...workerData
          }
        }
      });
      worker.stream = new FakeWeakRef(stream);
      worker.on("message", onWorkerMessage);
      worker.on("exit", onWorkerExit);
      registry.register(stream, worker);
      return worker;
    }
    function drain(stream) {
      assert(!stream[kImpl].sync);
      if (stream[kImpl].needDrain) {
        stream[kImpl].needDrain = false;
        stream.emit("drain");
      }
    }
    function nextFlush(stream) {
      while (true) {
        const writeIndex = Atomics.load(stream[kImpl].state, WRITE_INDEX);
        if (stream.destroyed || writeIndex < 0) {
          return;
        }
        const leftover = stream[kImpl].data.length - writeIndex;
        if (leftover > 0) {
          if (stream[kImpl].bufLen === 0) {
            stream[kImpl].flushing = false;
            if (stream[kImpl].ending) {
              end(stream);
            } else if (stream[kImpl].needDrain) {
              process.nextTick(drain, stream);
            }
            return;
          }
          write(stream, leftover, noop);
          continue;
        }
        if (leftover === 0) {
          if (writeIndex === 0 && stream[kImpl].bufLen === 0) {
            return;
          }
          waitForRead(stream, () => {
            if (stream.destroyed) {
              return;
            }
            resetIndexes(stream);
            nextFlush(stream);
          });
          return;
        }
        destroy(stream, new Error("overwritten"));
        return;
      }
    }
    function onWorkerMessage(msg) {
      const stream = this.stream.deref();
      if (stream === void 0) {
        this.exited = true;
        this.terminate();
        return;
      }
      if (msg?.code == null) {
        return;
      }
      switch (msg.code) {
        case "READY":
          if (!stream[kImpl].ending) {
            this.stream = new WeakRef(stream);
          }
          waitForRead(stream, () => {
            stream[kImpl].ready = true;
            stream.emit("ready");
          });
          break;
        case "ERROR":
          destroy(stream, msg.err);
          break;
        case "EVENT":
          if (Array.isArray(msg.args)) {
            stream.emit(msg.name, ...msg.args);
          } else {
            stream.emit(msg.name, msg.args);
          }
          break;
        case "FLUSHED": {
          if (msg.context !== "thread-stream") {
            destroy(stream, new Error("this should not happen: " + msg.code));
            break;
          }
          const cb = stream[kImpl].flushCallbacks.get(msg.id);
          if (cb) {
            stream[kImpl].flushCallbacks.delete(msg.id);
            process.nextTick(cb);
          }
          break;
        }
        case "WARNING":
          process.emitWarning(msg.err);
          break;
        default:
          destroy(stream, new Error("this should not happen: " + msg.code));
      }
    }
    function onWorkerExit(code) {
      const stream = this.stream.deref();
      if (stream === void 0) {
        return;
      }
      registry.unregister(stream);
      stream.worker.exited = true;
      stream.worker.off("exit", onWorkerExit);
      destroy(stream, code !== 0 ? new Error("the worker thread exited") : null);
    }
    var ThreadStream = class extends EventEmitter {
      constructor(opts = {}) {
        super();
        if (opts.bufferSize < 4) {
          throw new Error("bufferSize must at least fit a 4-byte utf-8 char");
        }
        this[kImpl] = {};
        this[kImpl].stateBuf = new SharedArrayBuffer(128);
        this[kImpl].state = new Int32Array(this[kImpl].stateBuf);
        this[kImpl].dataBuf = new SharedArrayBuffer(opts.bufferSize || 4 * 1024 * 1024);
        this[kImpl].data = Buffer.from(this[kImpl].dataBuf);
        this[kImpl].sync = opts.sync || false;
        this[kImpl].ending = false;
        this[kImpl].ended = false;
        this[kImpl].needDrain = false;
        this[kImpl].destroyed = false;
        this[kImpl].flushing = false;
        this[kImpl].ready = false;
        this[kImpl].finished = false;
        this[kImpl].errored = null;
        this[kImpl].closed = false;
        this[kImpl].buf = [];
        this[kImpl].bufHead = 0;
        this[kImpl].bufLen = 0;
        this[kImpl].flushCallbacks = /* @__PURE__ */ new Map();
        this[kImpl].nextFlushId = 0;
        this[kImpl].flushRetainCount = 0;
        this[kImpl].userRef = true;
        this.worker = createWorker(this, opts);
        this.on("message", (message, transferList) => {
          this.worker.postMessage(message, transferList);
        });
      }
      write(data) {
        const dataBuf = Buffer.isBuffer(data) ? data : Buffer.from(data);
        if (this[kImpl].destroyed) {
          error(this, new Error("the worker has exited"));
          return false;
        }
        if (this[kImpl].ending) {
          error(this, new Error("the worker is ending"));
          return false;
        }
        if (this[kImpl].flushing && this[kImpl].bufLen + dataBuf.length >= MAX_STRING) {
          try {
            writeSync(this);
            this[kImpl].flushing = true;
          } catch (err) {
            destroy(this, err);
            return false;
          }
        }
        this[kImpl].buf.push(dataBuf);
        this[kImpl].bufLen += dataBuf.length;
        if (this[kImpl].sync) {
          try {
            writeSync(this);
            return true;
          } catch (err) {
            destroy(this, err);
            return false;
          }
        }
        if (!this[kImpl].flushing) {
          this[kImpl].flushing = true;
          setImmediate(nextFlush, this);
        }
        this[kImpl].needDrain = this[kImpl].data.length - this[kImpl].bufLen - Atomics.load(this[kImpl].state, WRITE_INDEX) <= 0;
        return !this[kImpl].needDrain;
      }
      end() {
        if (this[kImpl].destroyed) {
          return;
        }
        this[kImpl].ending = true;
        this.worker.stream = new FakeWeakRef(this);
        end(this);
      }
      flush(cb) {
        const userCb = typeof cb === "function" ? cb : null;
        cb = userCb || noop;
        if (userCb) {
          retainWorkerForPendingFlush(this);
        }
        let finished = false;
        const done = (err) => {
          if (finished) {
            return;
          }
          finished = true;
          if (userCb) {
            releaseWorkerForPendingFlush(this);
          }
          cb(err);
        };
        flushBuffer(this, (err) => {
          if (err) {
            process.nextTick(done, err);
            return;
          }
          requestWorkerFlush(this, done);
        });
      }
      flushSync() {
        if (this[kImpl].destroyed) {
          return;
        }
        writeSync(this);
        flushSync(this);
      }
      unref() {
        this[kImpl].userRef = false;
        if (this[kImpl].flushRetainCount === 0) {
          this.worker.unref();
        }
      }
      ref() {
        this[kImpl].userRef = true;
        this.worker.ref();
      }
      get ready() {
        return this[kImpl].ready;
      }
      get destroyed() {
        return this[kImpl].destroyed;
      }
      get closed() {
        return this[kImpl].closed;
      }
      get writable() {
        return !this[kImpl].destroyed && !this[kImpl].ending;
      }
      get writableEnded() {
        return this[kImpl].ending;
      }
      get writableFinished() {
        return this[kImpl].finished;
      }
      get writableNeedDrain() {
        return this[kImpl].needDrain;
      }
      get writableObjectMode() {
        return false;
      }
      get writableErrored() {
        return this[kImpl].errored;
      }
    };
    function flushBuffer(stream, cb) {
      if (stream[kImpl].destroyed) {
        process.nextTick(cb, new Error("the worker has exited"));
        return;
      }
      if (!stream[kImpl].sync && (stream[kImpl].flushing || stream[kImpl].bufLen > 0)) {
        setImmediate(flushBuffer, stream, cb);
        return;
      }
      waitForRead(stream, cb);
    }
    function waitForRead(stream, cb) {
      const writeIndex = Atomics.load(stream[kImpl].state, WRITE_INDEX);
      wait(stream[kImpl].state, READ_INDEX, writeIndex, Infinity, (err, res) => {
        if (err) {
          destroy(stream, err);
          cb(err);
          return;
        }
        if (res !== "ok") {
          waitForRead(stream, cb);
          return;
        }
        cb();
      });
    }
    function retainWorkerForPendingFlush(stream) {
      if (stream[kImpl].flushRetainCount === 0) {
        stream.worker.ref();
      }
      stream[kImpl].flushRetainCount++;
    }
    function releaseWorkerForPendingFlush(stream) {
      if (stream[kImpl].flushRetainCount === 0) {
        return;
      }
      stream[kImpl].flushRetainCount--;
      if (stream[kImpl].flushRetainCount === 0 && !stream[kImpl].userRef) {
        stream.worker.unref();
      }
    }
    function requestWorkerFlush(stream, cb) {
      if (stream[kImpl].destroyed) {
        process.nextTick(cb, new Error("the worker has exited"));
        return;
      }
      if (!stream[kImpl].ready) {
        const onReady = () => {
          cleanup();
          requestWorkerFlush(stream, cb);
        };
        const onClose = () => {
          cleanup();
          process.nextTick(cb, new Error("the worker has exited"));
        };
        const cleanup = () => {
          stream.off("ready", onReady);
          stream.off("close", onClose);
        };
        stream.once("ready", onReady);
        stream.once("close", onClose);
        return;
      }
      const id = ++stream[kImpl].nextFlushId;
      stream[kImpl].flushCallbacks.set(id, cb);
      try {
        stream.worker.postMessage({
          code: "FLUSH",
          context: "thread-stream",
          id
        });
      } catch (err) {
        stream[kImpl].flushCallbacks.delete(id);
        destroy(stream, err);
        process.nextTick(cb, err);
      }
    }
    function failPendingFlushCallbacks(stream, err) {
      const callbacks = stream[kImpl].flushCallbacks;
      if (callbacks.size === 0) {
        return;
      }
      const flushErr = err || new Error("the worker has exited");
      for (const cb of callbacks.values()) {
        process.nextTick(cb, flushErr);
      }
      callbacks.clear();
    }
    function error(stream, err) {
      setImmediate(() => {
        stream.emit("error", err);
      });
    }
    function destroy(stream, err) {
      if (stream[kImpl].destroyed) {
        return;
      }
      stream[kImpl].destroyed = true;
      failPendingFlushCallbacks(stream, err);
      if (err) {
        stream[kImpl].errored = err;
        error(stream, err);
      }
      if (!stream.worker.exited) {
        stream.worker.terminate().catch(() => {
        }).then(() => {
          stream[kImpl].closed = true;
          stream.emit("close");
        });
      } else {
        setImmediate(() => {
          stream[kImpl].closed = true;
          stream.emit("close");
        });
      }
    }
    function write(stream, maxBytes, cb) {
      const current = Atomics.load(stream[kImpl].state, WRITE_INDEX);
      let offset = current;
      let remaining = maxBytes;
      while (remaining > 0 && stream[kImpl].bufLen !== 0) {
        const head = stream[kImpl].bufHead;
        const buf = stream[kImpl].buf[head];
        if (buf.length <= remaining) {
          buf.copy(stream[kImpl].data, offset);
          offset += buf.length;
          remaining -= buf.length;
          stream[kImpl].bufLen -= buf.length;
          stream[kImpl].bufHead = head + 1;
          if (stream[kImpl].bufHead === stream[kImpl].buf.length) {
            stream[kImpl].buf.length = 0;
            stream[kImpl].bufHead = 0;
          } else if (stream[kImpl].bufHead >= 1024 && stream[kImpl].bufHead * 2 >= stream[kImpl].buf.length) {
            stream[kImpl].buf.splice(0, stream[kImpl].bufHead);
            stream[kImpl].bufHead = 0;
          }
          continue;
        }
        buf.copy(stream[kImpl].data, offset, 0, remaining);
        stream[kImpl].buf[head] = buf.subarray(remaining);
        stream[kImpl].bufLen -= remaining;
        offset += remaining;
        remaining = 0;
      }
      updateState(stream, () => {
        Atomics.store(stream[kImpl].state, WRITE_INDEX, offset);
      });
      cb();
      return true;
    }
    function end(stream) {
      if (stream[kImpl].ended || !stream[kImpl].ending || stream[kImpl].flushing) {
        return;
      }
      stream[kImpl].ended = true;
      try {
        stream.flushSync();
        let readIndex = Atomics.load(stream[kImpl].state, READ_INDEX);
        updateState(stream, () => {
          Atomics.store(stream[kImpl].state, WRITE_INDEX, -1);
        });
        let spins = 0;
        while (readIndex !== -1) {
          Atomics.wait(stream[kImpl].state, READ_INDEX, readIndex, 1e3);
          readIndex = Atomics.load(stream[kImpl].state, READ_INDEX);
          if (readIndex === -2) {
            destroy(stream, new Error("end() failed"));
            return;
          }
          if (++spins === 10) {
            destroy(stream, new Error("end() took too long (10s)"));
            return;
          }
        }
        process.nextTick(() => {
          stream[kImpl].finished = true;
          stream.emit("finish");
        });
      } catch (err) {
        destroy(stream, err);
      }
    }
    function writeSync(stream) {
      const cb = () => {
        if (stream[kImpl].ending) {
          end(stream);
        } else if (stream[kImpl].needDrain) {
          process.nextTick(drain, stream);
        }
      };
      stream[kImpl].flushing = false;
      while (stream[kImpl].bufLen !== 0) {
        const writeIndex = Atomics.load(stream[kImpl].state, WRITE_INDEX);
        if (writeIndex < 0) {
          throw new Error("_writeSync failed");
        }
        const leftover = stream[kImpl].data.length - writeIndex;
        if (leftover === 0) {
          flushSync(stream);
          resetIndexes(stream);
          continue;
        } else if (leftover < 0) {
          throw new Error("overwritten");
        }
        write(stream, leftover, cb);
      }
    }
    function flushSync(stream) {
      if (stream[kImpl].flushing) {
        throw new Error("unable to flush while flushing");
      }
      const writeIndex = Atomics.load(stream[kImpl].state, WRITE_INDEX);
      let spins = 0;
      while (true) {
        const readIndex = Atomics.load(stream[kImpl].state, READ_INDEX);
        if (readIndex === -2) {
          throw Error("_flushSync failed");
        }
        if (readIndex !== writeIndex) {
          Atomics.wait(stream[kImpl].state, READ_INDEX, readIndex, 1e3);
        } else {
          break;
        }
        if (++spins === 10) {
          throw new Error("_flushSync took too long (10s)");
        }
      }
    }
    module.exports = ThreadStream;
  }
});

// node_modules/pino/lib/transport.js
var require_transport = __commonJS({
  "node_modules/pino/lib/transport.js"(exports, module) {
    "use strict";
    var { createRequire } = __require("module");
    var { existsSync } = __require("node:fs");
    var getCallers = require_caller();
    var { join: join10, isAbsolute, sep } = __require("node:path");
    var { fileURLToPath } = __require("node:url");
    var sleep = require_atomic_sleep();
    var onExit = require_on_exit_leak_free();
    var ThreadStream = require_thread_stream();
    var { transportUsesMultistreamSym } = require_symbols();
    function setupOnExit(stream) {
      onExit.register(stream, autoEnd);
      onExit.registerBeforeExit(stream, flush);
      stream.on("close", function() {
        onExit.unregister(stream);
      });
    }
    function hasPreloadFlags() {
      const execArgv = process.execArgv;
      for (let i = 0; i < execArgv.length; i++) {
        const arg = execArgv[i];
        if (arg === "--import" || arg === "--require" || arg === "-r") {
          return true;
        }
        if (arg.startsWith("--import=") || arg.startsWith("--require=") || arg.startsWith("-r=")) {
          return true;
        }
      }
      return false;
    }
    function sanitizeNodeOptions(nodeOptions) {
      const tokens = nodeOptions.match(/(?:[^\s"']+|"[^"]*"|'[^']*')+/g);
      if (!tokens) {
        return nodeOptions;
      }
      const sanitized = [];
      let changed = false;
      for (let i = 0; i < tokens.length; i++) {
        const token = tokens[i];
        if (token === "--require" || token === "-r" || token === "--import") {
          const next = tokens[i + 1];
          if (next && shouldDropPreload(next)) {
            changed = true;
            i++;
            continue;
          }
          sanitized.push(token);
          if (next) {
            sanitized.push(next);
            i++;
          }
          continue;
        }
        if (token.startsWith("--require=") || token.startsWith("-r=") || token.startsWith("--import=")) {
          const value = token.slice(token.indexOf("=") + 1);
          if (shouldDropPreload(value)) {
            changed = true;
            continue;
          }
        }
        sanitized.push(token);
      }
      return changed ? sanitized.join(" ") : nodeOptions;
    }
    function shouldDropPreload(value) {
      const unquoted = stripQuotes(value);
      if (!unquoted) {
        return false;
      }
      let path = unquoted;
      if (path.startsWith("file://")) {
        try {
          path = fileURLToPath(path);
        } catch {
          return false;
        }
      }
      return isAbsolute(path) && !existsSync(path);
    }
    function stripQuotes(value) {
      const first = value[0];
      const last = value[value.length - 1];
      if (first === '"' && last === '"' || first === "'" && last === "'") {
        return value.slice(1, -1);
      }
      return value;
    }
    function buildStream(filename, workerData, workerOpts, sync, name) {
      if (!workerOpts.execArgv && hasPreloadFlags() && __require.main === void 0) {
        workerOpts = {
          ...workerOpts,
          execArgv: []
        };
      }
      if (!workerOpts.env && process.env.NODE_OPTIONS) {
        const nodeOptions = sanitizeNodeOptions(process.env.NODE_OPTIONS);
        if (nodeOptions !== process.env.NODE_OPTIONS) {
          workerOpts = {
            ...workerOpts,
            env: {
              ...process.env,
              NODE_OPTIONS: nodeOptions
            }
          };
        }
      }
      workerOpts = { ...workerOpts, name };
      const stream = new ThreadStream({
        filename,
        workerData,
        workerOpts,
        sync
      });
      stream.on("ready", onReady);
      stream.on("close", function() {
        process.removeListener("exit", onExit2);
      });
      process.on("exit", onExit2);
      function onReady() {
        process.removeListener("exit", onExit2);
        stream.unref();
        if (workerOpts.autoEnd !== false) {
          setupOnExit(stream);
        }
      }
      function onExit2() {
        if (stream.closed) {
          return;
        }
        stream.flushSync();
        sleep(100);
        stream.end();
      }
      return stream;
    }
    function autoEnd(stream) {
      stream.ref();
      stream.flushSync();
      stream.end();
      stream.once("close", function() {
        stream.unref();
      });
    }
    function flush(stream) {
      stream.flushSync();
    }
    function transport(fullOptions) {
      const { pipeline, targets, levels, dedupe, worker = {}, caller = getCallers(), sync = false } = fullOptions;
      const options = {
        ...fullOptions.options
      };
      let usesMultistream = false;
      const callers = typeof caller === "string" ? [caller] : caller;
      const bundlerOverrides = typeof globalThis === "object" && Object.prototype.hasOwnProperty.call(globalThis, "__bundlerPathsOverrides") && globalThis.__bundlerPathsOverrides && typeof globalThis.__bundlerPathsOverrides === "object" ? globalThis.__bundlerPathsOverrides : /* @__PURE__ */ Object.create(null);
      let target = fullOptions.target;
      if (target && targets) {
        throw new Error("only one of target or targets can be specified");
      }
      if (targets) {
        target = bundlerOverrides["pino-worker"] || join10(__dirname, "worker.js");
        options.targets = targets.filter((dest) => dest.target).map((dest) => {
          return {
            ...dest,
            target: fixTarget(dest.target)
          };
        });
        options.pipelines = targets.filter((dest) => dest.pipeline).map((dest) => {
          return dest.pipeline.map((t) => {
            return {
              ...t,
              level: dest.level,
              // duplicate the pipeline `level` property defined in the upper level
              target: fixTarget(t.target)
            };
          });
        });
        const targetsHaveLevel = options.targets.some((t) => t.level != null);
        const pipelinesHaveLevel = options.pipelines.some((p) => p.some((t) => t.level != null));
        usesMultistream = options.targets.length + options.pipelines.length > 1 || targetsHaveLevel || pipelinesHaveLevel;
      } else if (pipeline) {
        target = bundlerOverrides["pino-worker"] || join10(__dirname, "worker.js");
        options.pipelines = [pipeline.map((dest) => {
          return {
            ...dest,
            target: fixTarget(dest.target)
          };
        })];
      }
      if (levels) {
        options.levels = levels;
      }
      if (dedupe) {
        options.dedupe = dedupe;
      }
      options.pinoWillSendConfig = true;
      const name = targets || pipeline ? "pino.transport" : target;
      const stream = buildStream(fixTarget(target), options, worker, sync, name);
      if (usesMultistream) {
        stream[transportUsesMultistreamSym] = true;
      }
      return stream;
      function fixTarget(origin) {
        origin = bundlerOverrides[origin] || origin;
        if (isAbsolute(origin) || origin.indexOf("file://") === 0) {
          return origin;
        }
        if (origin === "pino/file") {
          return join10(__dirname, "..", "file.js");
        }
        let fixTarget2;
        for (const filePath of callers) {
          try {
            const context = filePath === "node:repl" ? process.cwd() + sep : filePath;
            fixTarget2 = createRequire(context).resolve(origin);
            break;
          } catch (err) {
            continue;
          }
        }
        if (!fixTarget2) {
          throw new Error(`unable to determine transport target for "${origin}"`);
        }
        return fixTarget2;
      }
    }
    module.exports = transport;
  }
});

// node_modules/pino/lib/tools.js
var require_tools = __commonJS({
  "node_modules/pino/lib/tools.js"(exports, module) {
    "use strict";
    var diagChan = __require("node:diagnostics_channel");
    var format = require_quick_format_unescaped();
    var { mapHttpRequest, mapHttpResponse } = require_pino_std_serializers();
    var SonicBoom = require_sonic_boom();
    var onExit = require_on_exit_leak_free();
    var {
      lsCacheSym,
      chindingsSym,
      writeSym,
      serializersSym,
      formatOptsSym,
      endSym,
      stringifiersSym,
      stringifySym,
      stringifySafeSym,
      wildcardFirstSym,
      nestedKeySym,
      formattersSym,
      messageKeySym,
      errorKeySym,
      nestedKeyStrSym,
      msgPrefixSym
    } = require_symbols();
    var { isMainThread } = __require("worker_threads");
    var transport = require_transport();
    var [nodeMajor] = process.versions.node.split(".").map((v) => Number(v));
    var asJsonChan = diagChan.tracingChannel("pino_asJson");
    var asString = nodeMajor >= 25 ? (str) => JSON.stringify(str) : _asString;
    function noop() {
    }
    function genLog(level, hook) {
      if (!hook) return LOG;
      return function hookWrappedLog(...args) {
        hook.call(this, args, LOG, level);
      };
      function LOG(o, ...n) {
        if (typeof o === "object") {
          let msg = o;
          if (o !== null) {
            if (o.method && o.headers && o.socket) {
              o = mapHttpRequest(o);
            } else if (typeof o.setHeader === "function") {
              o = mapHttpResponse(o);
            }
          }
          let formatParams;
          if (msg === null && n.length === 0) {
            formatParams = [null];
          } else {
            msg = n.shift();
            formatParams = n;
          }
          if (typeof this[msgPrefixSym] === "string" && msg !== void 0 && msg !== null) {
            msg = this[msgPrefixSym] + msg;
          }
          this[writeSym](o, format(msg, formatParams, this[formatOptsSym]), level);
        } else {
          let msg = o === void 0 ? n.shift() : o;
          if (typeof this[msgPrefixSym] === "string" && msg !== void 0 && msg !== null) {
            msg = this[msgPrefixSym] + msg;
          }
          this[writeSym](null, format(msg, n, this[formatOptsSym]), level);
        }
      }
    }
    function _asString(str) {
      let result = "";
      let last = 0;
      let found = false;
      let point = 255;
      const l = str.length;
      if (l > 100) {
        return JSON.stringify(str);
      }
      for (var i = 0; i < l && point >= 32; i++) {
        point = str.charCodeAt(i);
        if (point === 34 || point === 92) {
          result += str.slice(last, i) + "\\";
          last = i;
          found = true;
        }
      }
      if (!found) {
        result = str;
      } else {
        result += str.slice(last);
      }
      return point < 32 ? JSON.stringify(str) : '"' + result + '"';
    }
    function asJson(obj, msg, num, time) {
      if (asJsonChan.hasSubscribers === false) {
        return _asJson.call(this, obj, msg, num, time);
      }
      const store = { instance: this, arguments };
      return asJsonChan.traceSync(_asJson, store, this, obj, msg, num, time);
    }
    function _asJson(obj, msg, num, time) {
      const stringify2 = this[stringifySym];
      const stringifySafe = this[stringifySafeSym];
      const stringifiers = this[stringifiersSym];
      const end = this[endSym];
      const chindings = this[chindingsSym];
      const serializers = this[serializersSym];
      const formatters = this[formattersSym];
      const messageKey = this[messageKeySym];
      const errorKey = this[errorKeySym];
      let data = this[lsCacheSym][num] + time;
      data = data + chindings;
      let value;
      if (formatters.log) {
        obj = formatters.log(obj);
      }
      const wildcardStringifier = stringifiers[wildcardFirstSym];
      let propStr = "";
      for (const key in obj) {
        value = obj[key];
        if (Object.prototype.hasOwnProperty.call(obj, key) && value !== void 0) {
          if (serializers[key]) {
            value = serializers[key](value);
          } else if (key === errorKey && serializers.err) {
            value = serializers.err(value);
          }
          const stringifier = stringifiers[key] || wildcardStringifier;
          switch (typeof value) {
            case "undefined":
            case "function":
              continue;
            case "number":
              if (Number.isFinite(value) === false) {
                value = null;
              }
            // this case explicitly falls through to the next one
            case "boolean":
              if (stringifier) value = stringifier(value);
              break;
            case "string":
              value = (stringifier || asString)(value);
              break;
            default:
              value = (stringifier || stringify2)(value, stringifySafe);
          }
          if (value === void 0) continue;
          const strKey = asString(key);
          propStr += "," + strKey + ":" + value;
        }
      }
      let msgStr = "";
      if (msg !== void 0) {
        value = serializers[messageKey] ? serializers[messageKey](msg) : msg;
        const stringifier = stringifiers[messageKey] || wildcardStringifier;
        switch (typeof value) {
          case "function":
            break;
          case "number":
            if (Number.isFinite(value) === false) {
              value = null;
            }
          // this case explicitly falls through to the next one
          case "boolean":
            if (stringifier) value = stringifier(value);
            msgStr = ',"' + messageKey + '":' + value;
            break;
          case "string":
            value = (stringifier || asString)(value);
            msgStr = ',"' + messageKey + '":' + value;
            break;
          default:
            value = (stringifier || stringify2)(value, stringifySafe);
            msgStr = ',"' + messageKey + '":' + value;
        }
      }
      if (this[nestedKeySym] && propStr) {
        return data + this[nestedKeyStrSym] + propStr.slice(1) + "}" + msgStr + end;
      } else {
        return data + propStr + msgStr + end;
      }
    }
    function asChindings(instance, bindings) {
      let value;
      let data = instance[chindingsSym];
      const stringify2 = instance[stringifySym];
      const stringifySafe = instance[stringifySafeSym];
      const stringifiers = instance[stringifiersSym];
      const wildcardStringifier = stringifiers[wildcardFirstSym];
      const serializers = instance[serializersSym];
      const formatter = instance[formattersSym].bindings;
      bindings = formatter(bindings);
      for (const key in bindings) {
        value = bindings[key];
        const valid = (key.length < 5 || key !== "level" && key !== "serializers" && key !== "formatters" && key !== "customLevels") && bindings.hasOwnProperty(key) && value !== void 0;
        if (valid === true) {
          value = serializers[key] ? serializers[key](value) : value;
          value = (stringifiers[key] || wildcardStringifier || stringify2)(value, stringifySafe);
          if (value === void 0) continue;
          data += "," + asString(key) + ":" + value;
        }
      }
      return data;
    }
    function hasBeenTampered(stream) {
      return stream.write !== stream.constructor.prototype.write;
    }
    function buildSafeSonicBoom(opts) {
      const stream = new SonicBoom(opts);
      stream.on("error", filterBrokenPipe);
      if (!opts.sync && isMainThread) {
        onExit.register(stream, autoEnd);
        stream.on("close", function() {
          onExit.unregister(stream);
        });
      }
      return stream;
      function filterBrokenPipe(err) {
        if (err.code === "EPIPE") {
          stream.write = noop;
          stream.end = noop;
          stream.flushSync = noop;
          stream.destroy = noop;
          return;
        }
        stream.removeListener("error", filterBrokenPipe);
        stream.emit("error", err);
      }
    }
    function autoEnd(stream, eventName) {
      if (stream.destroyed) {
        return;
      }
      if (eventName === "beforeExit") {
        stream.flush();
        stream.on("drain", function() {
          stream.end();
        });
      } else {
        stream.flushSync();
      }
    }
    function createArgsNormalizer(defaultOptions) {
      return function normalizeArgs(instance, caller, opts = {}, stream) {
        if (typeof opts === "string") {
          stream = buildSafeSonicBoom({ dest: opts });
          opts = {};
        } else if (typeof stream === "string") {
          if (opts && opts.transport) {
            throw Error("only one of option.transport or stream can be specified");
          }
          stream = buildSafeSonicBoom({ dest: stream });
        } else if (opts instanceof SonicBoom || opts.writable || opts._writableState) {
          stream = opts;
          opts = {};
        } else if (opts.transport) {
          if (opts.transport instanceof SonicBoom || opts.transport.writable || opts.transport._writableState) {
            throw Error("option.transport do not allow stream, please pass to option directly. e.g. pino(transport)");
          }
          if (opts.transport.targets && opts.transport.targets.length && opts.formatters && typeof opts.formatters.level === "function") {
            throw Error("option.transport.targets do not allow custom level formatters");
          }
          let customLevels;
          if (opts.customLevels) {
            customLevels = opts.useOnlyCustomLevels ? opts.customLevels : Object.assign({}, opts.levels, opts.customLevels);
          }
          stream = transport({ caller, ...opts.transport, levels: customLevels });
        }
        opts = Object.assign({}, defaultOptions, opts);
        opts.serializers = Object.assign(/* @__PURE__ */ Object.create(null), defaultOptions.serializers, opts.serializers);
        opts.formatters = Object.assign({}, defaultOptions.formatters, opts.formatters);
        if (opts.prettyPrint) {
          throw new Error("prettyPrint option is no longer supported, see the pino-pretty package (https://github.com/pinojs/pino-pretty)");
        }
        const { enabled, onChild } = opts;
        if (enabled === false) opts.level = "silent";
        if (!onChild) opts.onChild = noop;
        if (!stream) {
          if (!hasBeenTampered(process.stdout)) {
            stream = buildSafeSonicBoom({ fd: process.stdout.fd || 1 });
          } else {
            stream = process.stdout;
          }
        }
        return { opts, stream };
      };
    }
    function stringify(obj, stringifySafeFn) {
      try {
        return JSON.stringify(obj);
      } catch (_) {
        try {
          const stringify2 = stringifySafeFn || this[stringifySafeSym];
          return stringify2(obj);
        } catch (_2) {
          return '"[unable to serialize, circular reference is too complex to analyze]"';
        }
      }
    }
    function buildFormatters(level, bindings, log) {
      return {
        level,
        bindings,
        log
      };
    }
    function normalizeDestFileDescriptor(destination) {
      const fd = Number(destination);
      if (typeof destination === "string" && Number.isFinite(fd)) {
        return fd;
      }
      if (destination === void 0) {
        return 1;
      }
      return destination;
    }
    module.exports = {
      noop,
      buildSafeSonicBoom,
      asChindings,
      asJson,
      genLog,
      createArgsNormalizer,
      stringify,
      buildFormatters,
      normalizeDestFileDescriptor
    };
  }
});

// node_modules/pino/lib/constants.js
var require_constants = __commonJS({
  "node_modules/pino/lib/constants.js"(exports, module) {
    var DEFAULT_LEVELS = {
      trace: 10,
      debug: 20,
      info: 30,
      warn: 40,
      error: 50,
      fatal: 60
    };
    var SORTING_ORDER = {
      ASC: "ASC",
      DESC: "DESC"
    };
    module.exports = {
      DEFAULT_LEVELS,
      SORTING_ORDER
    };
  }
});

// node_modules/pino/lib/levels.js
var require_levels = __commonJS({
  "node_modules/pino/lib/levels.js"(exports, module) {
    "use strict";
    var {
      lsCacheSym,
      levelValSym,
      useOnlyCustomLevelsSym,
      streamSym,
      formattersSym,
      hooksSym,
      levelCompSym
    } = require_symbols();
    var { noop, genLog } = require_tools();
    var { DEFAULT_LEVELS, SORTING_ORDER } = require_constants();
    var levelMethods = {
      fatal: (hook) => {
        const logFatal = genLog(DEFAULT_LEVELS.fatal, hook);
        return function(...args) {
          const stream = this[streamSym];
          logFatal.call(this, ...args);
          if (typeof stream.flushSync === "function") {
            try {
              stream.flushSync();
            } catch (e) {
            }
          }
        };
      },
      error: (hook) => genLog(DEFAULT_LEVELS.error, hook),
      warn: (hook) => genLog(DEFAULT_LEVELS.warn, hook),
      info: (hook) => genLog(DEFAULT_LEVELS.info, hook),
      debug: (hook) => genLog(DEFAULT_LEVELS.debug, hook),
      trace: (hook) => genLog(DEFAULT_LEVELS.trace, hook)
    };
    var nums = Object.keys(DEFAULT_LEVELS).reduce((o, k) => {
      o[DEFAULT_LEVELS[k]] = k;
      return o;
    }, {});
    var initialLsCache = Object.keys(nums).reduce((o, k) => {
      o[k] = '{"level":' + Number(k);
      return o;
    }, {});
    function genLsCache(instance) {
      const formatter = instance[formattersSym].level;
      const { labels } = instance.levels;
      const cache = {};
      for (const label in labels) {
        const level = formatter(labels[label], Number(label));
        cache[label] = JSON.stringify(level).slice(0, -1);
      }
      instance[lsCacheSym] = cache;
      return instance;
    }
    function isStandardLevel(level, useOnlyCustomLevels) {
      if (useOnlyCustomLevels) {
        return false;
      }
      switch (level) {
        case "fatal":
        case "error":
        case "warn":
        case "info":
        case "debug":
        case "trace":
          return true;
        default:
          return false;
      }
    }
    function setLevel(level) {
      const { labels, values } = this.levels;
      if (typeof level === "number") {
        if (labels[level] === void 0) throw Error("unknown level value" + level);
        level = labels[level];
      }
      if (values[level] === void 0) throw Error("unknown level " + level);
      const preLevelVal = this[levelValSym];
      const levelVal = this[levelValSym] = values[level];
      const useOnlyCustomLevelsVal = this[useOnlyCustomLevelsSym];
      const levelComparison = this[levelCompSym];
      const hook = this[hooksSym].logMethod;
      for (const key in values) {
        if (levelComparison(values[key], levelVal) === false) {
          this[key] = noop;
          continue;
        }
        this[key] = isStandardLevel(key, useOnlyCustomLevelsVal) ? levelMethods[key](hook) : genLog(values[key], hook);
      }
      this.emit(
        "level-change",
        level,
        levelVal,
        labels[preLevelVal],
        preLevelVal,
        this
      );
    }
    function getLevel(level) {
      const { levels, levelVal } = this;
      return levels && levels.labels ? levels.labels[levelVal] : "";
    }
    function isLevelEnabled(logLevel) {
      const { values } = this.levels;
      const logLevelVal = values[logLevel];
      return logLevelVal !== void 0 && this[levelCompSym](logLevelVal, this[levelValSym]);
    }
    function compareLevel(direction, current, expected) {
      if (direction === SORTING_ORDER.DESC) {
        return current <= expected;
      }
      return current >= expected;
    }
    function genLevelComparison(levelComparison) {
      if (typeof levelComparison === "string") {
        return compareLevel.bind(null, levelComparison);
      }
      return levelComparison;
    }
    function mappings(customLevels = null, useOnlyCustomLevels = false) {
      const customNums = customLevels ? Object.keys(customLevels).reduce((o, k) => {
        o[customLevels[k]] = k;
        return o;
      }, {}) : null;
      const labels = Object.assign(
        Object.create(Object.prototype, { Infinity: { value: "silent" } }),
        useOnlyCustomLevels ? null : nums,
        customNums
      );
      const values = Object.assign(
        Object.create(Object.prototype, { silent: { value: Infinity } }),
        useOnlyCustomLevels ? null : DEFAULT_LEVELS,
        customLevels
      );
      return { labels, values };
    }
    function assertDefaultLevelFound(defaultLevel, customLevels, useOnlyCustomLevels) {
      if (typeof defaultLevel === "number") {
        const values = [].concat(
          Object.keys(customLevels || {}).map((key) => customLevels[key]),
          useOnlyCustomLevels ? [] : Object.keys(nums).map((level) => +level),
          Infinity
        );
        if (!values.includes(defaultLevel)) {
          throw Error(`default level:${defaultLevel} must be included in custom levels`);
        }
        return;
      }
      const labels = Object.assign(
        Object.create(Object.prototype, { silent: { value: Infinity } }),
        useOnlyCustomLevels ? null : DEFAULT_LEVELS,
        customLevels
      );
      if (!(defaultLevel in labels)) {
        throw Error(`default level:${defaultLevel} must be included in custom levels`);
      }
    }
    function assertNoLevelCollisions(levels, customLevels) {
      const { labels, values } = levels;
      for (const k in customLevels) {
        if (k in values) {
          throw Error("levels cannot be overridden");
        }
        if (customLevels[k] in labels) {
          throw Error("pre-existing level values cannot be used for new levels");
        }
      }
    }
    function assertLevelComparison(levelComparison) {
      if (typeof levelComparison === "function") {
        return;
      }
      if (typeof levelComparison === "string" && Object.values(SORTING_ORDER).includes(levelComparison)) {
        return;
      }
      throw new Error('Levels comparison should be one of "ASC", "DESC" or "function" type');
    }
    module.exports = {
      initialLsCache,
      genLsCache,
      levelMethods,
      getLevel,
      setLevel,
      isLevelEnabled,
      mappings,
      assertNoLevelCollisions,
      assertDefaultLevelFound,
      genLevelComparison,
      assertLevelComparison
    };
  }
});

// node_modules/pino/lib/meta.js
var require_meta = __commonJS({
  "node_modules/pino/lib/meta.js"(exports, module) {
    "use strict";
    module.exports = { version: "10.4.0" };
  }
});

// node_modules/pino/lib/proto.js
var require_proto = __commonJS({
  "node_modules/pino/lib/proto.js"(exports, module) {
    "use strict";
    var { EventEmitter } = __require("node:events");
    var {
      lsCacheSym,
      levelValSym,
      setLevelSym,
      getLevelSym,
      chindingsSym,
      mixinSym,
      asJsonSym,
      writeSym,
      mixinMergeStrategySym,
      timeSym,
      timeSliceIndexSym,
      streamSym,
      serializersSym,
      formattersSym,
      errorKeySym,
      messageKeySym,
      useOnlyCustomLevelsSym,
      needsMetadataGsym,
      redactFmtSym,
      stringifySym,
      formatOptsSym,
      stringifiersSym,
      msgPrefixSym,
      hooksSym
    } = require_symbols();
    var {
      getLevel,
      setLevel,
      isLevelEnabled,
      mappings,
      initialLsCache,
      genLsCache,
      assertNoLevelCollisions
    } = require_levels();
    var {
      asChindings,
      asJson,
      buildFormatters,
      stringify,
      noop
    } = require_tools();
    var {
      version
    } = require_meta();
    var redaction = require_redaction();
    var constructor = class Pino {
    };
    var prototype = {
      constructor,
      child: child2,
      bindings,
      setBindings,
      flush,
      isLevelEnabled,
      version,
      get level() {
        return this[getLevelSym]();
      },
      set level(lvl) {
        this[setLevelSym](lvl);
      },
      get levelVal() {
        return this[levelValSym];
      },
      set levelVal(n) {
        throw Error("levelVal is read-only");
      },
      get msgPrefix() {
        return this[msgPrefixSym];
      },
      get [Symbol.toStringTag]() {
        return "Pino";
      },
      [lsCacheSym]: initialLsCache,
      [writeSym]: write,
      [asJsonSym]: asJson,
      [getLevelSym]: getLevel,
      [setLevelSym]: setLevel
    };
    Object.setPrototypeOf(prototype, EventEmitter.prototype);
    module.exports = function() {
      return Object.create(prototype);
    };
    var resetChildingsFormatter = (bindings2) => bindings2;
    function child2(bindings2, options) {
      if (!bindings2) {
        throw Error("missing bindings for child Pino");
      }
      const serializers = this[serializersSym];
      const formatters = this[formattersSym];
      const instance = Object.create(this);
      if (options == null) {
        if (instance[formattersSym].bindings !== resetChildingsFormatter) {
          instance[formattersSym] = buildFormatters(
            formatters.level,
            resetChildingsFormatter,
            formatters.log
          );
        }
        instance[chindingsSym] = asChindings(instance, bindings2);
        if (this.onChild !== noop) {
          this.onChild(instance);
        }
        return instance;
      }
      if (options.hasOwnProperty("serializers") === true) {
        instance[serializersSym] = /* @__PURE__ */ Object.create(null);
        for (const k in serializers) {
          instance[serializersSym][k] = serializers[k];
        }
        const parentSymbols = Object.getOwnPropertySymbols(serializers);
        for (var i = 0; i < parentSymbols.length; i++) {
          const ks = parentSymbols[i];
          instance[serializersSym][ks] = serializers[ks];
        }
        for (const bk in options.serializers) {
          instance[serializersSym][bk] = options.serializers[bk];
        }
        const bindingsSymbols = Object.getOwnPropertySymbols(options.serializers);
        for (var bi = 0; bi < bindingsSymbols.length; bi++) {
          const bks = bindingsSymbols[bi];
          instance[serializersSym][bks] = options.serializers[bks];
        }
      } else instance[serializersSym] = serializers;
      if (options.hasOwnProperty("formatters")) {
        const { level, bindings: chindings, log } = options.formatters;
        instance[formattersSym] = buildFormatters(
          level || formatters.level,
          chindings || resetChildingsFormatter,
          log || formatters.log
        );
      } else {
        instance[formattersSym] = buildFormatters(
          formatters.level,
          resetChildingsFormatter,
          formatters.log
        );
      }
      if (options.hasOwnProperty("customLevels") === true) {
        assertNoLevelCollisions(this.levels, options.customLevels);
        instance.levels = mappings(options.customLevels, instance[useOnlyCustomLevelsSym]);
        genLsCache(instance);
      }
      if (typeof options.redact === "object" && options.redact !== null || Array.isArray(options.redact)) {
        instance.redact = options.redact;
        const stringifiers = redaction(instance.redact, stringify);
        const formatOpts = { stringify: stringifiers[redactFmtSym] };
        instance[stringifySym] = stringify;
        instance[stringifiersSym] = stringifiers;
        instance[formatOptsSym] = formatOpts;
      }
      if (typeof options.msgPrefix === "string") {
        instance[msgPrefixSym] = (this[msgPrefixSym] || "") + options.msgPrefix;
      }
      instance[chindingsSym] = asChindings(instance, bindings2);
      if (options.level !== void 0 && options.level !== this.level || options.hasOwnProperty("customLevels")) {
        const childLevel = options.level || this.level;
        instance[setLevelSym](childLevel);
      }
      this.onChild(instance);
      return instance;
    }
    function bindings() {
      const chindings = this[chindingsSym];
      const chindingsJson = `{${chindings.substr(1)}}`;
      const bindingsFromJson = JSON.parse(chindingsJson);
      delete bindingsFromJson.pid;
      delete bindingsFromJson.hostname;
      return bindingsFromJson;
    }
    function setBindings(newBindings) {
      const chindings = asChindings(this, newBindings);
      this[chindingsSym] = chindings;
    }
    function defaultMixinMergeStrategy(mergeObject, mixinObject) {
      return Object.assign(mixinObject, mergeObject);
    }
    function write(_obj, msg, num) {
      const t = this[timeSym]();
      const mixin = this[mixinSym];
      const errorKey = this[errorKeySym];
      const messageKey = this[messageKeySym];
      const mixinMergeStrategy = this[mixinMergeStrategySym] || defaultMixinMergeStrategy;
      let obj;
      const streamWriteHook = this[hooksSym].streamWrite;
      if (_obj === void 0 || _obj === null) {
        obj = {};
      } else if (_obj instanceof Error) {
        obj = { [errorKey]: _obj };
        if (msg === void 0) {
          msg = _obj.message;
        }
      } else {
        obj = _obj;
        if (msg === void 0 && _obj[messageKey] === void 0 && _obj[errorKey]) {
          msg = _obj[errorKey].message;
        }
      }
      if (mixin) {
        obj = mixinMergeStrategy(obj, mixin(obj, num, this));
      }
      const s = this[asJsonSym](obj, msg, num, t);
      const stream = this[streamSym];
      if (stream[needsMetadataGsym] === true) {
        stream.lastLevel = num;
        stream.lastObj = obj;
        stream.lastMsg = msg;
        stream.lastTime = t.slice(this[timeSliceIndexSym]);
        stream.lastLogger = this;
      }
      stream.write(streamWriteHook ? streamWriteHook(s) : s);
    }
    function flush(cb) {
      if (cb != null && typeof cb !== "function") {
        throw Error("callback must be a function");
      }
      const stream = this[streamSym];
      if (typeof stream.flush === "function") {
        stream.flush(cb || noop);
      } else if (cb) cb();
    }
  }
});

// node_modules/safe-stable-stringify/index.js
var require_safe_stable_stringify = __commonJS({
  "node_modules/safe-stable-stringify/index.js"(exports, module) {
    "use strict";
    var { hasOwnProperty } = Object.prototype;
    var stringify = configure();
    stringify.configure = configure;
    stringify.stringify = stringify;
    stringify.default = stringify;
    exports.stringify = stringify;
    exports.configure = configure;
    module.exports = stringify;
    var strEscapeSequencesRegExp = /[\u0000-\u001f\u0022\u005c\ud800-\udfff]/;
    function strEscape(str) {
      if (str.length < 5e3 && !strEscapeSequencesRegExp.test(str)) {
        return `"${str}"`;
      }
      return JSON.stringify(str);
    }
    function sort(array, comparator) {
      if (array.length > 200 || comparator) {
        return array.sort(comparator);
      }
      for (let i = 1; i < array.length; i++) {
        const currentValue = array[i];
        let position = i;
        while (position !== 0 && array[position - 1] > currentValue) {
          array[position] = array[position - 1];
          position--;
        }
        array[position] = currentValue;
      }
      return array;
    }
    var typedArrayPrototypeGetSymbolToStringTag = Object.getOwnPropertyDescriptor(
      Object.getPrototypeOf(
        Object.getPrototypeOf(
          new Int8Array()
        )
      ),
      Symbol.toStringTag
    ).get;
    function isTypedArrayWithEntries(value) {
      return typedArrayPrototypeGetSymbolToStringTag.call(value) !== void 0 && value.length !== 0;
    }
    function stringifyTypedArray(array, separator, maximumBreadth) {
      if (array.length < maximumBreadth) {
        maximumBreadth = array.length;
      }
      const whitespace = separator === "," ? "" : " ";
      let res = `"0":${whitespace}${array[0]}`;
      for (let i = 1; i < maximumBreadth; i++) {
        res += `${separator}"${i}":${whitespace}${array[i]}`;
      }
      return res;
    }
    function getCircularValueOption(options) {
      if (hasOwnProperty.call(options, "circularValue")) {
        const circularValue = options.circularValue;
        if (typeof circularValue === "string") {
          return `"${circularValue}"`;
        }
        if (circularValue == null) {
          return circularValue;
        }
        if (circularValue === Error || circularValue === TypeError) {
          return {
            toString() {
              throw new TypeError("Converting circular structure to JSON");
            }
          };
        }
        throw new TypeError('The "circularValue" argument must be of type string or the value null or undefined');
      }
      return '"[Circular]"';
    }
    function getDeterministicOption(options) {
      let value;
      if (hasOwnProperty.call(options, "deterministic")) {
        value = options.deterministic;
        if (typeof value !== "boolean" && typeof value !== "function") {
          throw new TypeError('The "deterministic" argument must be of type boolean or comparator function');
        }
      }
      return value === void 0 ? true : value;
    }
    function getBooleanOption(options, key) {
      let value;
      if (hasOwnProperty.call(options, key)) {
        value = options[key];
        if (typeof value !== "boolean") {
          throw new TypeError(`The "${key}" argument must be of type boolean`);
        }
      }
      return value === void 0 ? true : value;
    }
    function getPositiveIntegerOption(options, key) {
      let value;
      if (hasOwnProperty.call(options, key)) {
        value = options[key];
        if (typeof value !== "number") {
          throw new TypeError(`The "${key}" argument must be of type number`);
        }
        if (!Number.isInteger(value)) {
          throw new TypeError(`The "${key}" argument must be an integer`);
        }
        if (value < 1) {
          throw new RangeError(`The "${key}" argument must be >= 1`);
        }
      }
      return value === void 0 ? Infinity : value;
    }
    function getItemCount(number) {
      if (number === 1) {
        return "1 item";
      }
      return `${number} items`;
    }
    function getUniqueReplacerSet(replacerArray) {
      const replacerSet = /* @__PURE__ */ new Set();
      for (const value of replacerArray) {
        if (typeof value === "string" || typeof value === "number") {
          replacerSet.add(String(value));
        }
      }
      return replacerSet;
    }
    function getStrictOption(options) {
      if (hasOwnProperty.call(options, "strict")) {
        const value = options.strict;
        if (typeof value !== "boolean") {
          throw new TypeError('The "strict" argument must be of type boolean');
        }
        if (value) {
          return (value2) => {
            let message = `Object can not safely be stringified. Received type ${typeof value2}`;
            if (typeof value2 !== "function") message += ` (${value2.toString()})`;
            throw new Error(message);
          };
        }
      }
    }
    function configure(options) {
      options = { ...options };
      const fail = getStrictOption(options);
      if (fail) {
        if (options.bigint === void 0) {
          options.bigint = false;
        }
        if (!("circularValue" in options)) {
          options.circularValue = Error;
        }
      }
      const circularValue = getCircularValueOption(options);
      const bigint = getBooleanOption(options, "bigint");
      const deterministic = getDeterministicOption(options);
      const comparator = typeof deterministic === "function" ? deterministic : void 0;
      const maximumDepth = getPositiveIntegerOption(options, "maximumDepth");
      const maximumBreadth = getPositiveIntegerOption(options, "maximumBreadth");
      function stringifyFnReplacer(key, parent, stack, replacer, spacer, indentation) {
        let value = parent[key];
        if (typeof value === "object" && value !== null && typeof value.toJSON === "function") {
          value = value.toJSON(key);
        }
        value = replacer.call(parent, key, value);
        switch (typeof value) {
          case "string":
            return strEscape(value);
          case "object": {
            if (value === null) {
              return "null";
            }
            if (stack.indexOf(value) !== -1) {
              return circularValue;
            }
            let res = "";
            let join10 = ",";
            const originalIndentation = indentation;
            if (Array.isArray(value)) {
              if (value.length === 0) {
                return "[]";
              }
              if (maximumDepth < stack.length + 1) {
                return '"[Array]"';
              }
              stack.push(value);
              if (spacer !== "") {
                indentation += spacer;
                res += `
${indentation}`;
                join10 = `,
${indentation}`;
              }
              const maximumValuesToStringify = Math.min(value.length, maximumBreadth);
              let i = 0;
              for (; i < maximumValuesToStringify - 1; i++) {
                const tmp2 = stringifyFnReplacer(String(i), value, stack, replacer, spacer, indentation);
                res += tmp2 !== void 0 ? tmp2 : "null";
                res += join10;
              }
              const tmp = stringifyFnReplacer(String(i), value, stack, replacer, spacer, indentation);
              res += tmp !== void 0 ? tmp : "null";
              if (value.length - 1 > maximumBreadth) {
                const removedKeys = value.length - maximumBreadth - 1;
                res += `${join10}"... ${getItemCount(removedKeys)} not stringified"`;
              }
              if (spacer !== "") {
                res += `
${originalIndentation}`;
              }
              stack.pop();
              return `[${res}]`;
            }
            let keys = Object.keys(value);
            const keyLength = keys.length;
            if (keyLength === 0) {
              return "{}";
            }
            if (maximumDepth < stack.length + 1) {
              return '"[Object]"';
            }
            let whitespace = "";
            let separator = "";
            if (spacer !== "") {
              indentation += spacer;
              join10 = `,
${indentation}`;
              whitespace = " ";
            }
            const maximumPropertiesToStringify = Math.min(keyLength, maximumBreadth);
            if (deterministic && !isTypedArrayWithEntries(value)) {
              keys = sort(keys, comparator);
            }
            stack.push(value);
            for (let i = 0; i < maximumPropertiesToStringify; i++) {
              const key2 = keys[i];
              const tmp = stringifyFnReplacer(key2, value, stack, replacer, spacer, indentation);
              if (tmp !== void 0) {
                res += `${separator}${strEscape(key2)}:${whitespace}${tmp}`;
                separator = join10;
              }
            }
            if (keyLength > maximumBreadth) {
              const removedKeys = keyLength - maximumBreadth;
              res += `${separator}"...":${whitespace}"${getItemCount(removedKeys)} not stringified"`;
              separator = join10;
            }
            if (spacer !== "" && separator.length > 1) {
              res = `
${indentation}${res}
${originalIndentation}`;
            }
            stack.pop();
            return `{${res}}`;
          }
          case "number":
            return isFinite(value) ? String(value) : fail ? fail(value) : "null";
          case "boolean":
            return value === true ? "true" : "false";
          case "undefined":
            return void 0;
          case "bigint":
            if (bigint) {
              return String(value);
            }
          // fallthrough
          default:
            return fail ? fail(value) : void 0;
        }
      }
      function stringifyArrayReplacer(key, value, stack, replacer, spacer, indentation) {
        if (typeof value === "object" && value !== null && typeof value.toJSON === "function") {
          value = value.toJSON(key);
        }
        switch (typeof value) {
          case "string":
            return strEscape(value);
          case "object": {
            if (value === null) {
              return "null";
            }
            if (stack.indexOf(value) !== -1) {
              return circularValue;
            }
            const originalIndentation = indentation;
            let res = "";
            let join10 = ",";
            if (Array.isArray(value)) {
              if (value.length === 0) {
                return "[]";
              }
              if (maximumDepth < stack.length + 1) {
                return '"[Array]"';
              }
              stack.push(value);
              if (spacer !== "") {
                indentation += spacer;
                res += `
${indentation}`;
                join10 = `,
${indentation}`;
              }
              const maximumValuesToStringify = Math.min(value.length, maximumBreadth);
              let i = 0;
              for (; i < maximumValuesToStringify - 1; i++) {
                const tmp2 = stringifyArrayReplacer(String(i), value[i], stack, replacer, spacer, indentation);
                res += tmp2 !== void 0 ? tmp2 : "null";
                res += join10;
              }
              const tmp = stringifyArrayReplacer(String(i), value[i], stack, replacer, spacer, indentation);
              res += tmp !== void 0 ? tmp : "null";
              if (value.length - 1 > maximumBreadth) {
                const removedKeys = value.length - maximumBreadth - 1;
                res += `${join10}"... ${getItemCount(removedKeys)} not stringified"`;
              }
              if (spacer !== "") {
                res += `
${originalIndentation}`;
              }
              stack.pop();
              return `[${res}]`;
            }
            stack.push(value);
            let whitespace = "";
            if (spacer !== "") {
              indentation += spacer;
              join10 = `,
${indentation}`;
              whitespace = " ";
            }
            let separator = "";
            for (const key2 of replacer) {
              const tmp = stringifyArrayReplacer(key2, value[key2], stack, replacer, spacer, indentation);
              if (tmp !== void 0) {
                res += `${separator}${strEscape(key2)}:${whitespace}${tmp}`;
                separator = join10;
              }
            }
            if (spacer !== "" && separator.length > 1) {
              res = `
${indentation}${res}
${originalIndentation}`;
            }
            stack.pop();
            return `{${res}}`;
          }
          case "number":
            return isFinite(value) ? String(value) : fail ? fail(value) : "null";
          case "boolean":
            return value === true ? "true" : "false";
          case "undefined":
            return void 0;
          case "bigint":
            if (bigint) {
              return String(value);
            }
          // fallthrough
          default:
            return fail ? fail(value) : void 0;
        }
      }
      function stringifyIndent(key, value, stack, spacer, indentation) {
        switch (typeof value) {
          case "string":
            return strEscape(value);
          case "object": {
            if (value === null) {
              return "null";
            }
            if (typeof value.toJSON === "function") {
              value = value.toJSON(key);
              if (typeof value !== "object") {
                return stringifyIndent(key, value, stack, spacer, indentation);
              }
              if (value === null) {
                return "null";
              }
            }
            if (stack.indexOf(value) !== -1) {
              return circularValue;
            }
            const originalIndentation = indentation;
            if (Array.isArray(value)) {
              if (value.length === 0) {
                return "[]";
              }
              if (maximumDepth < stack.length + 1) {
                return '"[Array]"';
              }
              stack.push(value);
              indentation += spacer;
              let res2 = `
${indentation}`;
              const join11 = `,
${indentation}`;
              const maximumValuesToStringify = Math.min(value.length, maximumBreadth);
              let i = 0;
              for (; i < maximumValuesToStringify - 1; i++) {
                const tmp2 = stringifyIndent(String(i), value[i], stack, spacer, indentation);
                res2 += tmp2 !== void 0 ? tmp2 : "null";
                res2 += join11;
              }
              const tmp = stringifyIndent(String(i), value[i], stack, spacer, indentation);
              res2 += tmp !== void 0 ? tmp : "null";
              if (value.length - 1 > maximumBreadth) {
                const removedKeys = value.length - maximumBreadth - 1;
                res2 += `${join11}"... ${getItemCount(removedKeys)} not stringified"`;
              }
              res2 += `
${originalIndentation}`;
              stack.pop();
              return `[${res2}]`;
            }
            let keys = Object.keys(value);
            const keyLength = keys.length;
            if (keyLength === 0) {
              return "{}";
            }
            if (maximumDepth < stack.length + 1) {
              return '"[Object]"';
            }
            indentation += spacer;
            const join10 = `,
${indentation}`;
            let res = "";
            let separator = "";
            let maximumPropertiesToStringify = Math.min(keyLength, maximumBreadth);
            if (isTypedArrayWithEntries(value)) {
              res += stringifyTypedArray(value, join10, maximumBreadth);
              keys = keys.slice(value.length);
              maximumPropertiesToStringify -= value.length;
              separator = join10;
            }
            if (deterministic) {
              keys = sort(keys, comparator);
            }
            stack.push(value);
            for (let i = 0; i < maximumPropertiesToStringify; i++) {
              const key2 = keys[i];
              const tmp = stringifyIndent(key2, value[key2], stack, spacer, indentation);
              if (tmp !== void 0) {
                res += `${separator}${strEscape(key2)}: ${tmp}`;
                separator = join10;
              }
            }
            if (keyLength > maximumBreadth) {
              const removedKeys = keyLength - maximumBreadth;
              res += `${separator}"...": "${getItemCount(removedKeys)} not stringified"`;
              separator = join10;
            }
            if (separator !== "") {
              res = `
${indentation}${res}
${originalIndentation}`;
            }
            stack.pop();
            return `{${res}}`;
          }
          case "number":
            return isFinite(value) ? String(value) : fail ? fail(value) : "null";
          case "boolean":
            return value === true ? "true" : "false";
          case "undefined":
            return void 0;
          case "bigint":
            if (bigint) {
              return String(value);
            }
          // fallthrough
          default:
            return fail ? fail(value) : void 0;
        }
      }
      function stringifySimple(key, value, stack) {
        switch (typeof value) {
          case "string":
            return strEscape(value);
          case "object": {
            if (value === null) {
              return "null";
            }
            if (typeof value.toJSON === "function") {
              value = value.toJSON(key);
              if (typeof value !== "object") {
                return stringifySimple(key, value, stack);
              }
              if (value === null) {
                return "null";
              }
            }
            if (stack.indexOf(value) !== -1) {
              return circularValue;
            }
            let res = "";
            const hasLength = value.length !== void 0;
            if (hasLength && Array.isArray(value)) {
              if (value.length === 0) {
                return "[]";
              }
              if (maximumDepth < stack.length + 1) {
                return '"[Array]"';
              }
              stack.push(value);
              const maximumValuesToStringify = Math.min(value.length, maximumBreadth);
              let i = 0;
              for (; i < maximumValuesToStringify - 1; i++) {
                const tmp2 = stringifySimple(String(i), value[i], stack);
                res += tmp2 !== void 0 ? tmp2 : "null";
                res += ",";
              }
              const tmp = stringifySimple(String(i), value[i], stack);
              res += tmp !== void 0 ? tmp : "null";
              if (value.length - 1 > maximumBreadth) {
                const removedKeys = value.length - maximumBreadth - 1;
                res += `,"... ${getItemCount(removedKeys)} not stringified"`;
              }
              stack.pop();
              return `[${res}]`;
            }
            let keys = Object.keys(value);
            const keyLength = keys.length;
            if (keyLength === 0) {
              return "{}";
            }
            if (maximumDepth < stack.length + 1) {
              return '"[Object]"';
            }
            let separator = "";
            let maximumPropertiesToStringify = Math.min(keyLength, maximumBreadth);
            if (hasLength && isTypedArrayWithEntries(value)) {
              res += stringifyTypedArray(value, ",", maximumBreadth);
              keys = keys.slice(value.length);
              maximumPropertiesToStringify -= value.length;
              separator = ",";
            }
            if (deterministic) {
              keys = sort(keys, comparator);
            }
            stack.push(value);
            for (let i = 0; i < maximumPropertiesToStringify; i++) {
              const key2 = keys[i];
              const tmp = stringifySimple(key2, value[key2], stack);
              if (tmp !== void 0) {
                res += `${separator}${strEscape(key2)}:${tmp}`;
                separator = ",";
              }
            }
            if (keyLength > maximumBreadth) {
              const removedKeys = keyLength - maximumBreadth;
              res += `${separator}"...":"${getItemCount(removedKeys)} not stringified"`;
            }
            stack.pop();
            return `{${res}}`;
          }
          case "number":
            return isFinite(value) ? String(value) : fail ? fail(value) : "null";
          case "boolean":
            return value === true ? "true" : "false";
          case "undefined":
            return void 0;
          case "bigint":
            if (bigint) {
              return String(value);
            }
          // fallthrough
          default:
            return fail ? fail(value) : void 0;
        }
      }
      function stringify2(value, replacer, space) {
        if (arguments.length > 1) {
          let spacer = "";
          if (typeof space === "number") {
            spacer = " ".repeat(Math.min(space, 10));
          } else if (typeof space === "string") {
            spacer = space.slice(0, 10);
          }
          if (replacer != null) {
            if (typeof replacer === "function") {
              return stringifyFnReplacer("", { "": value }, [], replacer, spacer, "");
            }
            if (Array.isArray(replacer)) {
              return stringifyArrayReplacer("", value, [], getUniqueReplacerSet(replacer), spacer, "");
            }
          }
          if (spacer.length !== 0) {
            return stringifyIndent("", value, [], spacer, "");
          }
        }
        return stringifySimple("", value, []);
      }
      return stringify2;
    }
  }
});

// node_modules/pino/lib/multistream.js
var require_multistream = __commonJS({
  "node_modules/pino/lib/multistream.js"(exports, module) {
    "use strict";
    var metadata = /* @__PURE__ */ Symbol.for("pino.metadata");
    var { DEFAULT_LEVELS } = require_constants();
    var DEFAULT_INFO_LEVEL = DEFAULT_LEVELS.info;
    function multistream(streamsArray, opts) {
      streamsArray = streamsArray || [];
      opts = opts || { dedupe: false };
      const streamLevels = Object.create(DEFAULT_LEVELS);
      streamLevels.silent = Infinity;
      if (opts.levels && typeof opts.levels === "object") {
        Object.keys(opts.levels).forEach((i) => {
          streamLevels[i] = opts.levels[i];
        });
      }
      const res = {
        write,
        add,
        remove,
        emit,
        flushSync,
        end,
        minLevel: 0,
        lastId: 0,
        streams: [],
        clone,
        [metadata]: true,
        streamLevels
      };
      if (Array.isArray(streamsArray)) {
        streamsArray.forEach(add, res);
      } else {
        add.call(res, streamsArray);
      }
      streamsArray = null;
      return res;
      function write(data) {
        let dest;
        const level = typeof this.lastLevel === "string" ? (this.streamLevels || streamLevels)[this.lastLevel] : this.lastLevel;
        const { streams } = this;
        let recordedLevel = 0;
        let stream;
        for (let i = initLoopVar(streams.length, opts.dedupe); checkLoopVar(i, streams.length, opts.dedupe); i = adjustLoopVar(i, opts.dedupe)) {
          dest = streams[i];
          if (dest.level <= level) {
            if (recordedLevel !== 0 && recordedLevel !== dest.level) {
              break;
            }
            stream = dest.stream;
            if (stream[metadata]) {
              const { lastTime, lastMsg, lastObj, lastLogger } = this;
              stream.lastLevel = level;
              stream.lastTime = lastTime;
              stream.lastMsg = lastMsg;
              stream.lastObj = lastObj;
              stream.lastLogger = lastLogger;
            }
            stream.write(data);
            if (opts.dedupe) {
              recordedLevel = dest.level;
            }
          } else if (!opts.dedupe) {
            break;
          }
        }
      }
      function emit(...args) {
        for (const { stream } of this.streams) {
          if (typeof stream.emit === "function") {
            stream.emit(...args);
          }
        }
      }
      function flushSync() {
        for (const { stream } of this.streams) {
          if (typeof stream.flushSync === "function") {
            stream.flushSync();
          }
        }
      }
      function add(dest) {
        if (!dest) {
          return this;
        }
        const isStream = typeof dest.write === "function" || dest.stream;
        const stream_ = dest.write ? dest : dest.stream;
        if (!isStream) {
          throw Error("stream object needs to implement either StreamEntry or DestinationStream interface");
        }
        const { streams, streamLevels: streamLevels2 } = this;
        let level;
        if (typeof dest.levelVal === "number") {
          level = dest.levelVal;
        } else if (typeof dest.level === "string") {
          level = streamLevels2[dest.level];
        } else if (typeof dest.level === "number") {
          level = dest.level;
        } else {
          level = DEFAULT_INFO_LEVEL;
        }
        const dest_ = {
          stream: stream_,
          level,
          levelVal: void 0,
          id: ++res.lastId
        };
        streams.unshift(dest_);
        streams.sort(compareByLevel);
        this.minLevel = streams[0].level;
        return this;
      }
      function remove(id) {
        const { streams } = this;
        const index = streams.findIndex((s) => s.id === id);
        if (index >= 0) {
          streams.splice(index, 1);
          streams.sort(compareByLevel);
          this.minLevel = streams.length > 0 ? streams[0].level : -1;
        }
        return this;
      }
      function end() {
        for (const { stream } of this.streams) {
          if (typeof stream.flushSync === "function") {
            stream.flushSync();
          }
          stream.end();
        }
      }
      function clone(level) {
        const streams = new Array(this.streams.length);
        for (let i = 0; i < streams.length; i++) {
          streams[i] = {
            level,
            stream: this.streams[i].stream
          };
        }
        return {
          write,
          add,
          remove,
          emit,
          flushSync,
          end,
          minLevel: level,
          streams,
          clone,
          [metadata]: true,
          streamLevels
        };
      }
    }
    function compareByLevel(a, b) {
      return a.level - b.level;
    }
    function initLoopVar(length, dedupe) {
      return dedupe ? length - 1 : 0;
    }
    function adjustLoopVar(i, dedupe) {
      return dedupe ? i - 1 : i + 1;
    }
    function checkLoopVar(i, length, dedupe) {
      return dedupe ? i >= 0 : i < length;
    }
    module.exports = multistream;
  }
});

// node_modules/pino/pino.js
var require_pino = __commonJS({
  "node_modules/pino/pino.js"(exports, module) {
    "use strict";
    var os = __require("node:os");
    var stdSerializers = require_pino_std_serializers();
    var caller = require_caller();
    var redaction = require_redaction();
    var time = require_time();
    var proto = require_proto();
    var symbols = require_symbols();
    var { configure } = require_safe_stable_stringify();
    var { assertDefaultLevelFound, mappings, genLsCache, genLevelComparison, assertLevelComparison } = require_levels();
    var { DEFAULT_LEVELS, SORTING_ORDER } = require_constants();
    var {
      createArgsNormalizer,
      asChindings,
      buildSafeSonicBoom,
      buildFormatters,
      stringify,
      normalizeDestFileDescriptor,
      noop
    } = require_tools();
    var { version } = require_meta();
    var {
      chindingsSym,
      redactFmtSym,
      serializersSym,
      timeSym,
      timeSliceIndexSym,
      streamSym,
      stringifySym,
      stringifySafeSym,
      stringifiersSym,
      setLevelSym,
      endSym,
      formatOptsSym,
      messageKeySym,
      errorKeySym,
      nestedKeySym,
      mixinSym,
      levelCompSym,
      useOnlyCustomLevelsSym,
      formattersSym,
      hooksSym,
      nestedKeyStrSym,
      mixinMergeStrategySym,
      msgPrefixSym,
      transportUsesMultistreamSym
    } = symbols;
    var { epochTime, nullTime } = time;
    var { pid } = process;
    var hostname2 = os.hostname();
    var defaultErrorSerializer = stdSerializers.err;
    var defaultOptions = {
      level: "info",
      levelComparison: SORTING_ORDER.ASC,
      levels: DEFAULT_LEVELS,
      messageKey: "msg",
      errorKey: "err",
      nestedKey: null,
      enabled: true,
      base: { pid, hostname: hostname2 },
      serializers: Object.assign(/* @__PURE__ */ Object.create(null), {
        err: defaultErrorSerializer
      }),
      formatters: Object.assign(/* @__PURE__ */ Object.create(null), {
        bindings(bindings) {
          return bindings;
        },
        level(label, number) {
          return { level: number };
        }
      }),
      hooks: {
        logMethod: void 0,
        streamWrite: void 0
      },
      timestamp: epochTime,
      name: void 0,
      redact: null,
      customLevels: null,
      useOnlyCustomLevels: false,
      depthLimit: 5,
      edgeLimit: 100
    };
    var normalize = createArgsNormalizer(defaultOptions);
    var serializers = Object.assign(/* @__PURE__ */ Object.create(null), stdSerializers);
    function pino2(...args) {
      const instance = {};
      const { opts, stream } = normalize(instance, caller(), ...args);
      if (opts.level && typeof opts.level === "string" && DEFAULT_LEVELS[opts.level.toLowerCase()] !== void 0) opts.level = opts.level.toLowerCase();
      const {
        redact,
        crlf,
        serializers: serializers2,
        timestamp,
        messageKey,
        errorKey,
        nestedKey,
        base,
        name,
        level,
        customLevels,
        levelComparison,
        mixin,
        mixinMergeStrategy,
        useOnlyCustomLevels,
        formatters,
        hooks,
        depthLimit,
        edgeLimit,
        onChild,
        msgPrefix
      } = opts;
      const stringifySafe = configure({
        maximumDepth: depthLimit,
        maximumBreadth: edgeLimit
      });
      const allFormatters = buildFormatters(
        formatters.level,
        formatters.bindings,
        formatters.log
      );
      const stringifyFn = stringify.bind({
        [stringifySafeSym]: stringifySafe
      });
      const stringifiers = redact ? Object.assign(/* @__PURE__ */ Object.create(null), redaction(redact, stringifyFn)) : /* @__PURE__ */ Object.create(null);
      const formatOpts = redact ? { stringify: stringifiers[redactFmtSym] } : { stringify: stringifyFn };
      const end = "}" + (crlf ? "\r\n" : "\n");
      const coreChindings = asChindings.bind(null, {
        [chindingsSym]: "",
        [serializersSym]: serializers2,
        [stringifiersSym]: stringifiers,
        [stringifySym]: stringify,
        [stringifySafeSym]: stringifySafe,
        [formattersSym]: allFormatters
      });
      let chindings = "";
      if (base !== null) {
        if (name === void 0) {
          chindings = coreChindings(base);
        } else {
          chindings = coreChindings(Object.assign({}, base, { name }));
        }
      }
      const time2 = timestamp instanceof Function ? timestamp : timestamp ? epochTime : nullTime;
      const timeSliceIndex = time2().indexOf(":") + 1;
      if (useOnlyCustomLevels && !customLevels) throw Error("customLevels is required if useOnlyCustomLevels is set true");
      if (mixin && typeof mixin !== "function") throw Error(`Unknown mixin type "${typeof mixin}" - expected "function"`);
      if (msgPrefix && typeof msgPrefix !== "string") throw Error(`Unknown msgPrefix type "${typeof msgPrefix}" - expected "string"`);
      assertDefaultLevelFound(level, customLevels, useOnlyCustomLevels);
      const levels = mappings(customLevels, useOnlyCustomLevels);
      if (stream && stream[transportUsesMultistreamSym] === true) {
        let sampleLabel = typeof level === "string" ? level : void 0;
        if (!sampleLabel || levels[sampleLabel] === void 0) {
          sampleLabel = Object.keys(levels)[0];
        }
        const sampleNumber = levels[sampleLabel];
        let ok = false;
        try {
          const formatted = formatters.level(sampleLabel, sampleNumber);
          ok = formatted && typeof formatted === "object" && formatted.level === sampleNumber;
        } catch {
          ok = false;
        }
        if (!ok) {
          process.emitWarning(
            'custom formatters.level detected with multiple transport targets/pipelines; ensure logs include a numeric "level" field or they may be dropped',
            { code: "PINO_TRANSPORT_MULTI_TARGETS_LEVEL_FORMATTER" }
          );
        }
      }
      if (typeof stream.emit === "function") {
        stream.emit("message", { code: "PINO_CONFIG", config: { levels, messageKey, errorKey } });
      }
      assertLevelComparison(levelComparison);
      const levelCompFunc = genLevelComparison(levelComparison);
      Object.assign(instance, {
        levels,
        [levelCompSym]: levelCompFunc,
        [useOnlyCustomLevelsSym]: useOnlyCustomLevels,
        [streamSym]: stream,
        [timeSym]: time2,
        [timeSliceIndexSym]: timeSliceIndex,
        [stringifySym]: stringify,
        [stringifySafeSym]: stringifySafe,
        [stringifiersSym]: stringifiers,
        [endSym]: end,
        [formatOptsSym]: formatOpts,
        [messageKeySym]: messageKey,
        [errorKeySym]: errorKey,
        [nestedKeySym]: nestedKey,
        // protect against injection
        [nestedKeyStrSym]: nestedKey ? `,${JSON.stringify(nestedKey)}:{` : "",
        [serializersSym]: serializers2,
        [mixinSym]: mixin,
        [mixinMergeStrategySym]: mixinMergeStrategy,
        [chindingsSym]: chindings,
        [formattersSym]: allFormatters,
        [hooksSym]: hooks,
        silent: noop,
        onChild,
        [msgPrefixSym]: msgPrefix
      });
      Object.setPrototypeOf(instance, proto());
      genLsCache(instance);
      instance[setLevelSym](level);
      return instance;
    }
    module.exports = pino2;
    module.exports.destination = (dest = process.stdout.fd) => {
      if (typeof dest === "object") {
        dest.dest = normalizeDestFileDescriptor(dest.dest || process.stdout.fd);
        return buildSafeSonicBoom(dest);
      } else {
        return buildSafeSonicBoom({ dest: normalizeDestFileDescriptor(dest), minLength: 0 });
      }
    };
    module.exports.transport = require_transport();
    module.exports.multistream = require_multistream();
    module.exports.levels = mappings();
    module.exports.stdSerializers = serializers;
    module.exports.stdTimeFunctions = Object.assign({}, time);
    module.exports.symbols = symbols;
    module.exports.version = version;
    module.exports.default = pino2;
    module.exports.pino = pino2;
  }
});

// dist/bin/im-server.js
import { lookup } from "node:dns/promises";
import { resolve as resolve2 } from "node:path";

// dist/machines/server/connection.js
var effect = () => {
};
var connectionMachine = setup({
  types: {},
  actions: {
    submitChange: effect,
    restartDeadline: effect,
    shortenDeadline: effect,
    sendReply: effect,
    sendUnavailable: effect
  }
}).createMachine({
  id: "connection",
  description: "One TCP connection: a request, a reply, closed.",
  initial: "receiving",
  states: {
    receiving: {
      description: "Waits for a whole line, at most 10 s from accept.",
      on: {
        "request.received": { target: "committing", actions: ["restartDeadline", "submitChange"] },
        "request.refused": {
          target: "replied",
          actions: ["restartDeadline", "sendReply"],
          description: "The line is no request: answered without asking the store."
        },
        "deadline.passed": { target: "closed", description: "Too slow: closed without a reply." },
        "input.ended": { target: "closed", description: "The client left without a word: no reply." },
        "socket.closed": "closed",
        "shutdown.requested": {
          actions: "shortenDeadline",
          description: "Its request may be here, not yet read: a moment tells."
        }
      }
    },
    committing: {
      description: "Waits for the store to make the change durable, at most 10 s.",
      on: {
        "change.answered": { target: "replied", actions: "sendReply" },
        "deadline.passed": {
          target: "replied",
          actions: "sendUnavailable",
          description: "The store did not answer in time: 205."
        },
        "socket.closed": { target: "closed", description: "The change goes on without its client." },
        "shutdown.requested": { description: "The request is in flight: finish it first." }
      }
    },
    replied: {
      description: "Lets the client read the reply and close: closing first could destroy it unread.",
      on: {
        "socket.closed": "closed",
        "input.flooded": { target: "closed", description: "It goes on sending what nobody reads." },
        "deadline.passed": { target: "closed", description: "It neither sends nor closes." },
        "shutdown.requested": "closed"
      }
    },
    closed: { type: "final", description: "The socket is gone, or about to be." }
  }
});

// dist/actors/supervision/deadline.js
var Deadline = class {
  #scope;
  #event;
  #dueMs = 0;
  #firesMs = 0;
  #timer;
  /**
   * @param scope Of the actor that is sent the event when the deadline passes.
   * @param delayMs From now, in milliseconds.
   */
  constructor(scope, event, delayMs) {
    this.#scope = scope;
    this.#event = event;
    this.restart(delayMs);
  }
  /** Sets it anew, this many milliseconds from now. */
  restart(delayMs) {
    const now = this.#scope.now();
    this.#dueMs = now + delayMs;
    if (this.#timer !== void 0 && this.#firesMs <= this.#dueMs)
      return;
    this.#scope.cancel(this.#timer);
    this.#arm(now);
  }
  cancel() {
    this.#scope.cancel(this.#timer);
    this.#timer = void 0;
  }
  #arm(now) {
    this.#firesMs = this.#dueMs;
    this.#timer = this.#scope.callLater(this.#fire, this.#dueMs - now);
  }
  #fire = () => {
    this.#timer = void 0;
    const now = this.#scope.now();
    if (now < this.#dueMs)
      this.#arm(now);
    else
      this.#scope.self.send(this.#event);
  };
};

// dist/actors/server/connection.js
var CONNECTION_DEADLINE_MS = 1e4;
var LAST_REQUEST_MS = 50;
var MAX_IGNORED_BYTES = 64 * 1024;
var connectionLogic = fromChart(connectionMachine, {
  open(scope, input) {
    const { socket, store, log } = input;
    const deadline = new Deadline(scope, { type: "deadline.passed" }, CONNECTION_DEADLINE_MS);
    const acceptedAtMs = performance.now();
    const connection = { socket, store, log, scope, deadline, acceptedAtMs, change: void 0 };
    listen(connection);
    return connection;
  },
  actions: {
    submitChange(connection, event) {
      const { change } = event;
      connection.change = change;
      connection.store.send({ type: "change.commit", change, replyTo: connection.scope.self });
    },
    restartDeadline: ({ deadline }) => deadline.restart(CONNECTION_DEADLINE_MS),
    shortenDeadline: ({ deadline }) => deadline.restart(LAST_REQUEST_MS),
    sendReply: (connection, event) => reply(connection, event.reply),
    sendUnavailable: (connection) => reply(connection, 205)
  },
  release({ deadline, socket }) {
    deadline.cancel();
    socket.removeAllListeners();
    socket.on("error", ignore);
    if (socket.writableEnded)
      socket.destroySoon();
    else
      socket.destroy();
  }
});
function listen({ scope, socket }) {
  const { self } = scope;
  const splitter = new LineSplitter(MAX_REQUEST_BYTES);
  let hasLine = false;
  let ignoredBytes = 0;
  function take(line) {
    hasLine = true;
    const change = line.cut ? void 0 : parseRequest(line.bytes);
    self.send(change === void 0 ? { type: "request.refused", reply: 201 } : { type: "request.received", change });
  }
  function onData(chunk) {
    if (hasLine) {
      ignoredBytes += chunk.length;
      if (ignoredBytes > MAX_IGNORED_BYTES)
        self.send({ type: "input.flooded" });
      return;
    }
    const [line] = splitter.push(chunk);
    if (line !== void 0)
      take(line);
  }
  function onEnd() {
    if (hasLine)
      return;
    const line = splitter.end();
    if (line !== void 0)
      take(line);
    else
      self.send({ type: "input.ended" });
  }
  socket.on("data", scope.guard(onData));
  socket.on("end", scope.guard(onEnd));
  socket.on("close", () => self.send({ type: "socket.closed" }));
  socket.on("error", ignore);
}
function ignore() {
}
function reply({ socket, log, change, acceptedAtMs }, code) {
  socket.end(encodeReply(code), "latin1");
  if (!log.isLevelEnabled("debug"))
    return;
  const from = plainAddress(socket.remoteAddress ?? "unknown");
  log.debug({ from, ...change, reply: code, ms: Math.round(performance.now() - acceptedAtMs) }, "request");
}

// dist/actors/server/listener.js
import { createServer } from "node:net";
var ACCEPT_BACKLOG = 4096;
var listenerLogic = fromBehaviour((scope, input) => {
  const { host, port, connections, store, log } = input;
  const server = createServer({ allowHalfOpen: true, noDelay: true });
  server.on("connection", (socket) => connections.send({ type: "child.start", input: { socket, store, log } }));
  server.on("error", (error) => scope.fail(error));
  server.once("listening", scope.guard(() => {
    const { address, port: boundPort } = server.address();
    scope.emit({
      type: "socket.bound",
      protocol: "tcp",
      host: address,
      port: boundPort
    });
    scope.ready();
  }));
  server.listen({ host, port, backlog: ACCEPT_BACKLOG });
  return {
    starting: true,
    receive: () => {
    },
    release: () => server.close()
  };
});

// dist/actors/server/names.js
var STORE = nameOf("store");
var PRESENCE = nameOf("presence");
var CONNECTIONS = nameOf("connections");

// dist/machines/server/presence-table.js
var LONGEST_LIFE_MS = 10 * 6e4;
var SHORTEST_LIFE_MS = 35e3;
var LIFE_IN_GAPS = 3.5;
var RECENT_GAPS = 4;
var GAP_UNIT_MS = 10;
var MAX_GAP = 65535;
var PAGE_BITS = 12;
var PAGE_ROWS = 1 << PAGE_BITS;
var ROW_MASK = PAGE_ROWS - 1;
var OTHER = 0;
var Page = class {
  /** 0 where nobody is. */
  expiresAtMs = new Float64Array(PAGE_ROWS);
  /** The latest gaps between announcements, newest first; 0 where there was none. */
  gaps = new Uint16Array(PAGE_ROWS * RECENT_GAPS);
  addresses = new Uint32Array(PAGE_ROWS);
  ports = new Uint16Array(PAGE_ROWS);
  statuses = new Uint8Array(PAGE_ROWS);
};
var PresenceTable = class {
  #pages = [];
  /** Addresses that are no IPv4 addresses, by user. */
  #others = /* @__PURE__ */ new Map();
  /** Takes note of an announcement. 101 ends the record at once. */
  set(user, status, address, port, nowMs) {
    const page = this.#pageFor(user);
    const row = user & ROW_MASK;
    if (status === 101) {
      page.expiresAtMs[row] = 0;
      this.#others.delete(user);
      return;
    }
    const lifeMs2 = this.#noteGap(page, row, nowMs);
    page.expiresAtMs[row] = nowMs + lifeMs2;
    page.statuses[row] = status;
    page.ports[row] = port;
    const packed = packIpv4(address) ?? OTHER;
    page.addresses[row] = packed;
    if (packed === OTHER)
      this.#others.set(user, address);
    else if (this.#others.size > 0)
      this.#others.delete(user);
  }
  /** Tells the visitor where a user is. */
  visit(user, nowMs, visitor) {
    const page = this.#pages[user >>> PAGE_BITS];
    const row = user & ROW_MASK;
    if (page === void 0 || nowMs >= page.expiresAtMs[row])
      return visitor.offline(user);
    const packed = page.addresses[row];
    const address = packed === OTHER ? this.#others.get(user) : packed;
    visitor.present(user, page.statuses[row], address, page.ports[row]);
  }
  #pageFor(user) {
    const at = user >>> PAGE_BITS;
    while (this.#pages.length <= at)
      this.#pages.push(void 0);
    this.#pages[at] ??= new Page();
    return this.#pages[at];
  }
  /** Takes note of the gap that an announcement ends; returns how long the record lives from now on. */
  #noteGap({ gaps, expiresAtMs }, row, nowMs) {
    const newest = row * RECENT_GAPS;
    const expires = expiresAtMs[row];
    const isThere = nowMs < expires;
    const gapMs = isThere ? nowMs - (expires - lifeMs(gaps, newest)) : 0;
    for (let at = newest + RECENT_GAPS - 1; at > newest; at--)
      gaps[at] = isThere ? gaps[at - 1] : 0;
    gaps[newest] = isThere ? Math.min(Math.max(Math.ceil(gapMs / GAP_UNIT_MS), 1), MAX_GAP) : 0;
    return lifeMs(gaps, newest);
  }
};
function lifeMs(gaps, newest) {
  let longest = 0;
  for (let at = newest; at < newest + RECENT_GAPS; at++)
    longest = Math.max(longest, gaps[at]);
  if (longest === 0)
    return LONGEST_LIFE_MS;
  return Math.min(Math.max(LIFE_IN_GAPS * longest * GAP_UNIT_MS, SHORTEST_LIFE_MS), LONGEST_LIFE_MS);
}

// dist/protocol/buddy-list-writer.js
var MAX_LINE_BYTES = 256;
var SPACE = 32;
var DOT = 46;
var LF = 10;
var ZERO = 48;
var OFFLINE = Buffer.from(` 101 ${STATUS_WORDS[101]} unknown unknown
`);
var ONLINE = Buffer.from(` 100 ${STATUS_WORDS[100]} `);
var AWAY = Buffer.from(` 102 ${STATUS_WORDS[102]} `);
var BuddyListWriter = class {
  #bytes = Buffer.allocUnsafeSlow(MAX_BUDDY_LIST_BYTES + MAX_LINE_BYTES);
  #end = 0;
  #isFull = false;
  /** Adds a buddy who is offline. */
  addOffline(ids, user) {
    if (this.#isFull)
      return;
    this.#keep(copy(OFFLINE, this.#bytes, ids.copyId(this.#bytes, this.#end, user)));
  }
  /**
   * Adds a buddy who is there.
   *
   * @param address An IPv4 address as a number, as `packIpv4` makes it, or another one as text.
   */
  addPresent(ids, user, status, address, port) {
    if (this.#isFull)
      return;
    const bytes = this.#bytes;
    let at = ids.copyId(bytes, this.#end, user);
    at = copy(status === 100 ? ONLINE : AWAY, bytes, at);
    at = typeof address === "number" ? writeIpv4(bytes, at, address) : at + bytes.write(address, at, "latin1");
    bytes[at++] = SPACE;
    at = writeNumber(bytes, at, port);
    bytes[at++] = LF;
    this.#keep(at);
  }
  /** The answer, cut at a line boundary where it would pass {@link MAX_BUDDY_LIST_BYTES}; the next one begins. */
  take() {
    const answer = Buffer.from(this.#bytes.subarray(0, this.#end));
    this.#end = 0;
    this.#isFull = false;
    return answer;
  }
  /** Nothing follows a line that was cut off. */
  #keep(end) {
    if (end > MAX_BUDDY_LIST_BYTES)
      this.#isFull = true;
    else
      this.#end = end;
  }
};
function copy(from, to, start) {
  let at = start;
  for (let index = 0; index < from.length; index++)
    to[at++] = from[index];
  return at;
}
function writeIpv4(bytes, start, address) {
  let at = writeNumber(bytes, start, address >>> 24);
  bytes[at++] = DOT;
  at = writeNumber(bytes, at, address >>> 16 & 255);
  bytes[at++] = DOT;
  at = writeNumber(bytes, at, address >>> 8 & 255);
  bytes[at++] = DOT;
  return writeNumber(bytes, at, address & 255);
}
function writeNumber(bytes, start, number) {
  const end = start + (number < 10 ? 1 : number < 100 ? 2 : number < 1e3 ? 3 : number < 1e4 ? 4 : 5);
  let rest = number;
  for (let at = end - 1; at >= start; at--) {
    const tens = rest / 10 | 0;
    bytes[at] = ZERO + rest - tens * 10;
    rest = tens;
  }
  return end;
}

// dist/actors/server/presence.js
var presenceLogic = fromBehaviour((scope, { store }) => {
  const table = new PresenceTable();
  const lines = new BuddyLines();
  let known;
  function lookUp(id, purpose) {
    store.send({ type: "user.look-up", id, purpose, replyTo: scope.self });
  }
  function announce(user, { announcement: { status, port }, address }) {
    table.set(user, status, address, port, scope.now());
  }
  function answer(user, users, { from, replyTo }) {
    const now = scope.now();
    lines.users = users;
    for (const buddy of users.listOf(user))
      table.visit(buddy, now, lines);
    replyTo.send({ type: "presence.answered", to: from, list: lines.writer.take() });
  }
  return {
    receive(event) {
      switch (event.type) {
        case "presence.announced": {
          const user = known?.numberOf(event.announcement.id) ?? -1;
          return user === -1 ? lookUp(event.announcement.id, event) : announce(user, event);
        }
        case "presence.asked":
          return lookUp(event.id, event);
        case "user.looked-up": {
          const { user, users, purpose } = event;
          known = users;
          if (user === -1)
            return;
          if (purpose.type === "presence.announced")
            announce(user, purpose);
          else
            answer(user, users, purpose);
        }
      }
    }
  };
});
var BuddyLines = class {
  writer = new BuddyListWriter();
  users;
  present(user, status, address, port) {
    this.writer.addPresent(this.users, user, status, address, port);
  }
  offline(user) {
    this.writer.addOffline(this.users, user);
  }
};

// dist/actors/server/refusals.js
var LINGER_MS = 1e3;
var MAX_LINGERING = 64;
function refusals() {
  const lingering = /* @__PURE__ */ new Set();
  return (socket) => {
    const [first] = lingering;
    if (first !== void 0 && lingering.size >= MAX_LINGERING) {
      lingering.delete(first);
      first.destroy();
    }
    lingering.add(socket);
    const timer = setTimeout(() => socket.destroy(), LINGER_MS).unref();
    socket.on("close", () => {
      clearTimeout(timer);
      lingering.delete(socket);
    });
    socket.on("error", () => {
    });
    socket.resume();
    socket.end(encodeReply(206), "latin1");
  };
}

// dist/actors/server/group-pace.js
var QUIET_TURNS = 2;
var LONGEST_PACE_MS = 5;
var GroupPace = class {
  #beganMs = Number.NEGATIVE_INFINITY;
  /** Whether more than one client waited for the last group; whoever is alone is not kept waiting. */
  #isShared = false;
  #waiting = 0;
  #quietTurns = 0;
  /** Whether a group may begin now; if not, ask again in the next turn. */
  isDue(waiting, nowMs) {
    if (!this.#isShared || nowMs - this.#beganMs >= LONGEST_PACE_MS)
      return true;
    this.#quietTurns = waiting === this.#waiting ? this.#quietTurns + 1 : 0;
    this.#waiting = waiting;
    return this.#quietTurns >= QUIET_TURNS;
  }
  /** Takes note that a group begins. */
  begin(size, nowMs) {
    this.#beganMs = nowMs;
    this.#isShared = size > 1;
    this.#waiting = 0;
    this.#quietTurns = 0;
  }
};

// dist/actors/server/store.js
var MAX_GROUP_CHANGES = 4096;
var MAX_QUEUED_CHANGES = 65536;
function refuseChange({ replyTo }) {
  replyTo.send({ type: "change.answered", reply: 205 });
}
function storeLogic(openStore, log) {
  let previousClosed = Promise.resolve();
  return fromBehaviour((scope) => {
    const opened = previousClosed.then(openStore);
    const actor = new StoreActor(scope, log, opened);
    previousClosed = actor.closed;
    return actor;
  });
}
var StoreActor = class {
  starting = true;
  /** Resolves when this incarnation has let go of the store. */
  closed;
  #scope;
  #log;
  #store;
  #queue = [];
  #committing = false;
  #pace = new GroupPace();
  /** True while the next turn is waited for. */
  #waitsForTurn = false;
  #ending = false;
  #writable = true;
  #letGo = () => {
  };
  constructor(scope, log, opened) {
    this.#scope = scope;
    this.#log = log;
    const released = new Promise((resolve3) => {
      this.#letGo = resolve3;
    });
    const noteFailure = (error) => log.error({ err: error }, "the store could not be closed");
    this.closed = opened.then(async (store) => {
      scope.self.send({ type: "store.opened", store });
      await released;
      await store.close().catch(noteFailure);
    }, (error) => scope.fail(error));
  }
  receive(event) {
    switch (event.type) {
      case "change.commit":
        if (this.#queue.length < MAX_QUEUED_CHANGES)
          this.#queue.push(event);
        else
          refuseChange(event);
        return this.#commitNext();
      case "user.look-up":
        return this.#lookUp(event);
      case "store.opened":
        this.#store = event.store;
        this.#scope.ready();
        return this.#commitNext();
      case "group.settled":
        this.#committing = false;
        return this.#commitNext();
      case "turn.passed":
        this.#waitsForTurn = false;
        return this.#commitNext();
    }
  }
  shutdown() {
    this.#ending = true;
    this.#commitNext();
  }
  release() {
    for (const commit of this.#queue.splice(0))
      refuseChange(commit);
    this.#letGo();
  }
  #lookUp({ id, purpose, replyTo }) {
    const users = this.#store?.users;
    if (users === void 0)
      return;
    const user = users.numberOf(id);
    replyTo.send({ type: "user.looked-up", user, users, purpose });
  }
  #commitNext() {
    if (this.#store === void 0 || this.#committing || this.#waitsForTurn)
      return;
    if (this.#queue.length === 0) {
      if (this.#ending)
        this.#scope.end();
    } else if (this.#ending || this.#pace.isDue(this.#queue.length, this.#scope.now())) {
      this.#commit(this.#store, this.#queue.splice(0, MAX_GROUP_CHANGES));
    } else {
      this.#waitsForTurn = true;
      this.#scope.sendNextTurn({ type: "turn.passed" });
    }
  }
  #commit(store, group) {
    this.#committing = true;
    this.#pace.begin(group.length, this.#scope.now());
    store.commit(group.map(({ change }) => change)).then(this.#scope.guard((replies) => {
      for (const [index, { replyTo }] of group.entries()) {
        const reply2 = replies[index];
        replyTo.send({ type: "change.answered", reply: reply2 });
      }
      this.#noteWritable(true);
      this.#scope.self.send({ type: "group.settled" });
    }), this.#scope.guard((error) => {
      for (const commit of group)
        refuseChange(commit);
      if (error.code !== "store.unavailable")
        throw error;
      this.#noteWritable(false, error);
      this.#scope.self.send({ type: "group.settled" });
    }));
  }
  #noteWritable(writable, error) {
    if (writable !== this.#writable) {
      if (writable)
        this.#log.info({}, "the store can be written again");
      else
        this.#log.error({ err: error }, "the store cannot be written: changes are answered 205");
    }
    this.#writable = writable;
  }
};

// dist/actors/server/udp.js
import { createSocket } from "node:dgram";
var RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;
var MAX_SEND_QUEUE_BYTES = 8 * 1024 * 1024;
var udpLogic = fromBehaviour((scope, input) => {
  const { host, port, presence, log } = input;
  const family = host.includes(":") ? 6 : 4;
  const socket = createSocket({
    type: `udp${family}`,
    recvBufferSize: RECEIVE_BUFFER_BYTES,
    // Answers go to addresses: nothing is to be looked up, and nobody need wait for it.
    lookup: (address, _options, done) => done(null, address, family)
  });
  const logsRequests = log.isLevelEnabled("debug");
  function onDatagram(bytes, remote) {
    const datagram = parseDatagram(bytes);
    const from = { address: remote.address, port: remote.port };
    if (logsRequests)
      log.debug({ from, ...datagram ?? { dropped: bytes.length } }, "datagram");
    if (datagram === void 0)
      return;
    if (datagram.op === "GET") {
      presence.send({ type: "presence.asked", id: datagram.id, from, replyTo: scope.self });
    } else {
      const address = plainAddress(remote.address);
      presence.send({ type: "presence.announced", announcement: datagram, address });
    }
  }
  function logUnsent(error, to) {
    if (error)
      log.debug({ err: error, to }, "answer not sent");
  }
  socket.on("message", scope.guard(onDatagram));
  socket.on("error", (error) => scope.fail(error));
  socket.once("listening", scope.guard(() => {
    const { address, port: port2 } = socket.address();
    scope.emit({ type: "socket.bound", protocol: "udp", host: address, port: port2 });
    scope.ready();
  }));
  socket.bind({ address: host, port });
  return {
    starting: true,
    receive({ to, list }) {
      if (socket.getSendQueueSize() > MAX_SEND_QUEUE_BYTES)
        return;
      if (logsRequests)
        socket.send(list, to.port, to.address, (error) => logUnsent(error, to));
      else
        socket.send(list, to.port, to.address);
    },
    release: () => socket.close()
  };
});

// dist/actors/server/tree.js
var MAX_CONNECTIONS = 15e3;
var ADDRESS_PART = 0.8;
var MAX_STASHED_EVENTS = 1e4;
var SHUTDOWN_GRACE_MS = 2e3;
var SERVER_LIMITS = { intensity: 10, periodMs: 1e4 };
var TCP_LIMITS = { intensity: 20, periodMs: 1e4 };
function startServer({ host, tcpPort, udpPort, maxConnections = MAX_CONNECTIONS, maxConnectionsPerAddress = Math.ceil(maxConnections * ADDRESS_PART), openStore, log, onEmitted, inspect }) {
  const bound = /* @__PURE__ */ new Map();
  const refuse = refusals();
  const address = { stashLimit: MAX_STASHED_EVENTS };
  const tcp = supervisor({
    strategy: "rest_for_one",
    limits: TCP_LIMITS,
    children: [
      child({
        id: CONNECTIONS,
        address: { ...address, refuse: ({ input }) => refuse(input.socket) },
        logic: dynamicSupervisor({
          template: {
            id: "connection",
            logic: connectionLogic,
            restart: "temporary",
            shutdown: SHUTDOWN_GRACE_MS
          },
          limit: maxConnections,
          share: { limit: maxConnectionsPerAddress, kindOf: addressOfClient },
          refuse: ({ socket }) => refuse(socket)
        })
      }),
      child({
        id: "listener",
        logic: listenerLogic,
        backoff: RESTART_BACKOFF,
        input: (system) => ({
          host,
          port: bound.get("tcp")?.port ?? tcpPort,
          connections: addressOf(system, CONNECTIONS),
          store: addressOf(system, STORE),
          log
        })
      })
    ]
  });
  const server = supervisor({
    strategy: "one_for_one",
    limits: SERVER_LIMITS,
    children: [
      child({
        id: STORE,
        logic: storeLogic(openStore, log),
        backoff: RESTART_BACKOFF,
        address: {
          ...address,
          refuse: (event) => {
            if (event.type === "change.commit")
              refuseChange(event);
          }
        }
      }),
      child({
        id: PRESENCE,
        address,
        logic: presenceLogic,
        input: (system) => ({ store: addressOf(system, STORE) })
      }),
      child({
        id: "udp",
        logic: udpLogic,
        backoff: RESTART_BACKOFF,
        input: (system) => ({
          host,
          port: bound.get("udp")?.port ?? udpPort,
          presence: addressOf(system, PRESENCE),
          log
        })
      }),
      child({ id: "tcp", logic: tcp })
    ]
  });
  const tree = runTree(server, {
    log,
    onEmitted: (event) => {
      if (event.type === "socket.bound")
        bound.set(event.protocol, event);
      onEmitted?.(event);
    },
    ...inspect && { inspect }
  });
  return { ...tree, bound };
}
function addressOfClient({ socket }) {
  return socket.remoteAddress ?? "";
}

// dist/storage/text-store.js
import { join as join6 } from "node:path";

// dist/storage/disk.js
import { spawn } from "node:child_process";
import { constants, statSync } from "node:fs";
import { mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname, join } from "node:path";

// dist/storage/files.js
var FILE_MODE = 384;
var DIRECTORY_MODE = 448;
var LockedError = class extends Error {
  holder;
  name = "LockedError";
  /** @param holder Who has it, as it says of itself. */
  constructor(holder) {
    super(`locked by ${holder}`);
    this.holder = holder;
  }
};
var LockingError = class extends Error {
  name = "LockingError";
};
async function writeAll(file, bytes, position) {
  for (let written = 0; written < bytes.length; ) {
    written += await file.write(bytes.subarray(written), position + written);
  }
}
var COPY_BYTES = 1024 * 1024;
async function copyRange(from, start, end, to) {
  const buffer = Buffer.allocUnsafe(COPY_BYTES);
  for (let at = start; at < end; ) {
    const bytesRead = await from.read(buffer.subarray(0, end - at), at);
    if (bytesRead === 0 && end === Number.POSITIVE_INFINITY)
      return;
    if (bytesRead === 0)
      throw new Error(`a file ended at byte ${at}, before byte ${end}`);
    await writeAll(to, buffer.subarray(0, bytesRead), at - start);
    at += bytesRead;
  }
}
function createFile(files, path, bytes) {
  return fillFile(files, path, (file) => writeAll(file, bytes, 0));
}
async function fillFile(files, path, fill) {
  const file = await files.create(path);
  try {
    await fill(file);
    await file.datasync();
    return file;
  } catch (error) {
    await file.close().catch(() => {
    });
    throw error;
  }
}
async function withFile(opened, use) {
  const file = await opened;
  try {
    return await use(file);
  } finally {
    await file.close().catch(() => {
    });
  }
}

// dist/storage/disk.js
var LOCK_FILE = "lock.txt";
var MAX_HOLDER_LENGTH = 200;
var DISK = {
  list: (directory) => readdir(directory),
  createDirectory,
  open: (path) => openFile(path, constants.O_RDONLY),
  async create(path) {
    await rm(path, { force: true });
    return openFile(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL);
  },
  rename,
  remove: (path) => rm(path, { force: true }),
  syncDirectory,
  lock
};
async function openFile(path, flags) {
  const handle = await open(path, flags, FILE_MODE);
  const isInPlace = await placeOf(handle, path).catch(async (error) => {
    await handle.close();
    throw error;
  });
  return {
    read: async (buffer, position) => (await handle.read(buffer, 0, buffer.length, position)).bytesRead,
    write: async (bytes, position) => (await handle.write(bytes, 0, bytes.length, position)).bytesWritten,
    truncate: (length) => handle.truncate(length),
    datasync: () => handle.datasync(),
    isInPlace,
    close: () => handle.close()
  };
}
async function placeOf(handle, path) {
  const { ino, dev } = await handle.stat();
  return async () => {
    try {
      const named = statSync(path, { throwIfNoEntry: false });
      return named?.ino === ino && named.dev === dev;
    } catch {
      return false;
    }
  };
}
async function createDirectory(directory) {
  const parent = dirname(directory);
  try {
    await mkdir(directory, DIRECTORY_MODE);
  } catch (error) {
    const { code } = error;
    if (code === "EEXIST")
      return syncIfAllowed(parent);
    if (code !== "ENOENT" || parent === directory)
      throw error;
    await createDirectory(parent);
    await mkdir(directory, DIRECTORY_MODE);
  }
  await syncDirectory(parent);
}
async function syncIfAllowed(directory) {
  try {
    await syncDirectory(directory);
  } catch (error) {
    if (error.code !== "EACCES")
      throw error;
  }
}
async function syncDirectory(directory) {
  const handle = await open(directory, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
async function lock(directory) {
  const path = join(directory, LOCK_FILE);
  const handle = await open(path, constants.O_RDWR | constants.O_CREAT, FILE_MODE);
  try {
    if (!await flock(handle.fd))
      throw new LockedError(await readHolder(handle));
    await handle.truncate(0);
    await handle.write(`process ${process.pid} on ${hostname()}, since ${(/* @__PURE__ */ new Date()).toISOString()}
`, 0);
    return { isInPlace: await placeOf(handle, path), release: () => handle.close() };
  } catch (error) {
    await handle.close();
    throw error;
  }
}
async function readHolder(handle) {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(MAX_HOLDER_LENGTH), 0, MAX_HOLDER_LENGTH, 0);
  return buffer.toString("latin1", 0, bytesRead).trim() || "an unknown process";
}
function flock(descriptor) {
  return new Promise((resolve3, reject) => {
    const child2 = spawn("flock", ["-x", "-n", "3"], { stdio: ["ignore", "ignore", "ignore", descriptor] });
    child2.once("error", (cause) => reject(new LockingError("the command flock (of util-linux or busybox) is needed to lock it", { cause })));
    child2.once("exit", (code) => {
      if (code === 0 || code === 1)
        resolve3(code === 0);
      else
        reject(new LockingError(`the file system cannot lock it (flock ended with ${code})`));
    });
  });
}

// dist/storage/checksum.js
var CHECKSUM_DIGITS = 8;
var TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit++)
    rest = rest & 1 ? rest >>> 1 ^ 3988292384 : rest >>> 1;
  return rest;
});
function crc32(bytes, start, end) {
  let rest = -1;
  for (let at = start; at < end; at++) {
    rest = TABLE[(rest ^ bytes[at]) & 255] ^ rest >>> 8;
  }
  return ~rest >>> 0;
}
function checksumOf(text) {
  const bytes = Buffer.from(text, "latin1");
  return crc32(bytes, 0, bytes.length).toString(16).padStart(CHECKSUM_DIGITS, "0");
}
function writeDigits(buffer, at, checksum) {
  for (let digit = 0; digit < CHECKSUM_DIGITS; digit++) {
    buffer[at + digit] = digitOf(checksum >>> 28 - 4 * digit & 15);
  }
}
function hasDigits(bytes, at, checksum) {
  for (let digit = 0; digit < CHECKSUM_DIGITS; digit++) {
    if (bytes[at + digit] !== digitOf(checksum >>> 28 - 4 * digit & 15))
      return false;
  }
  return true;
}
function digitOf(value) {
  return value < 10 ? 48 + value : 87 + value;
}

// dist/storage/journal-record.js
var JOURNAL_HEADER = "im-journal 1";
var SPACE2 = 32;
var MAX_RECORD_BYTES = 256;
function encodeRecord({ sequence, durable, change }) {
  const ids = change.op === "REG" ? change.id : `${change.id} ${change.buddy}`;
  const body = `${sequence} ${durable} ${change.op} ${ids}`;
  return `${body} ${checksumOf(body)}
`;
}
function parseRecord(data, start, end) {
  const bodyEnd = end - CHECKSUM_DIGITS - 1;
  if (end - start > MAX_RECORD_BYTES || bodyEnd <= start || data[bodyEnd] !== SPACE2)
    return void 0;
  if (!hasDigits(data, bodyEnd + 1, crc32(data, start, bodyEnd)))
    return void 0;
  const fields = data.toString("latin1", start, bodyEnd).split(" ");
  const [sequenceText, durableText, op, id, buddy] = fields;
  const sequence = numberIn(sequenceText);
  const durable = numberIn(durableText);
  if (sequence === void 0 || sequence < 1 || durable === void 0 || !isStoredId(id))
    return void 0;
  if (op === "REG")
    return fields.length === 4 ? { sequence, durable, change: { op, id } } : void 0;
  if (op !== "ADD" && op !== "DEL" || fields.length !== 5 || !isStoredId(buddy))
    return void 0;
  return { sequence, durable, change: { op, id, buddy } };
}
function numberIn(text) {
  const number = Number(text);
  return Number.isSafeInteger(number) && number >= 0 && String(number) === text ? number : void 0;
}
function isStoredId(text) {
  return parseId(text) === text;
}

// dist/storage/journal.js
var BrokenError = class extends Error {
  name = "BrokenError";
};
var Journal = class _Journal {
  #file;
  #last;
  #bytes;
  constructor(file, last, bytes) {
    this.#file = file;
    this.#last = last;
    this.#bytes = bytes;
  }
  /**
   * Makes a journal, durable but for its name.
   *
   * @param first The number that its first record will have.
   */
  static async create(files, path, first) {
    const header = Buffer.from(`${JOURNAL_HEADER}
`);
    return new _Journal(await createFile(files, path, header), first - 1, header.length);
  }
  /** Takes over a journal whose records, all of them, are durable. */
  static of(file, last, bytes) {
    return new _Journal(file, last, bytes);
  }
  /** The number of the last record. */
  get last() {
    return this.#last;
  }
  get bytes() {
    return this.#bytes;
  }
  /**
   * Appends changes as one group and makes them durable.
   *
   * @param isOurs Whether nobody else may have written to the directory meanwhile.
   * @throws BrokenError when nobody knows what is on disk; any other error when nothing was appended.
   */
  async append(changes, isOurs) {
    const durable = this.#last;
    const lines = changes.map((change, index) => encodeRecord({ sequence: durable + 1 + index, durable, change }));
    const bytes = Buffer.from(lines.join(""), "latin1");
    await this.#write(bytes);
    await this.#sync(isOurs);
    this.#bytes += bytes.length;
    this.#last += changes.length;
  }
  close() {
    return this.#file.close();
  }
  async #write(bytes) {
    try {
      await writeAll(this.#file, bytes, this.#bytes);
    } catch (error) {
      await this.#cutBack(error);
      throw error;
    }
  }
  async #cutBack(cause) {
    try {
      await this.#file.truncate(this.#bytes);
      await this.#file.datasync();
    } catch {
      throw new BrokenError("the journal could not be cut back after a failed write", { cause });
    }
  }
  async #sync(isOurs) {
    let places;
    try {
      places = await Promise.all([this.#file.datasync(), this.#file.isInPlace(), isOurs()]);
    } catch (cause) {
      throw new BrokenError("the journal could not be synced", { cause });
    }
    if (!places[1] || !places[2])
      throw new BrokenError("the journal is no longer in the data directory");
  }
};

// dist/storage/manifest.js
import { join as join2 } from "node:path";

// dist/storage/store.js
var MAX_USERS = 6e7;
var MAX_BUDDIES = 1e4;
var StoreError = class extends Error {
  code;
  name = "StoreError";
  constructor(code, message, options) {
    super(message, options);
    this.code = code;
  }
};

// dist/storage/manifest.js
var MANIFEST_FILE = "manifest.txt";
var HEADER = "im-manifest 1";
var READ_BYTES = 64 * 1024;
function namesIn({ snapshot, sealed, active }) {
  return [...snapshot === void 0 ? [] : [snapshot], ...sealed, active].map(({ name }) => name);
}
function encodeManifest({ snapshot, sealed, active }) {
  const lines = [HEADER];
  if (snapshot !== void 0)
    lines.push(`snapshot ${snapshot.name} ${snapshot.last} ${snapshot.bytes}`);
  for (const { name, first, last, bytes } of sealed)
    lines.push(`journal ${name} ${first} ${last} ${bytes}`);
  lines.push(`journal ${active.name} ${active.first}`);
  const body = `${lines.join("\n")}
`;
  return `${body}checksum ${checksumOf(body)}
`;
}
var ENTRY = /^(snapshot|journal) ((?:snapshot|journal)(?:-[1-9][0-9]{0,14})?\.txt)((?: (?:0|[1-9][0-9]{0,15})){1,3})$/;
function parseManifest(text) {
  let snapshot;
  let active;
  const sealed = [];
  for (const line of text.split("\n").slice(1, -2)) {
    const [, kind, name, numbers] = ENTRY.exec(line) ?? [];
    if (name === void 0)
      return void 0;
    const [first = 0, second = 0, third = 0] = numbers.trim().split(" ").map(Number);
    if (kind === "snapshot")
      snapshot = { name, last: first, bytes: second };
    else if (third > 0)
      sealed.push({ name, first, last: second, bytes: third });
    else
      active = { name, first };
  }
  if (active === void 0)
    return void 0;
  const manifest = { snapshot, sealed, active };
  return encodeManifest(manifest) === text && isGapless(manifest) ? manifest : void 0;
}
function isGapless({ snapshot, sealed, active }) {
  let next = (snapshot?.last ?? 0) + 1;
  for (const { first, last } of sealed) {
    if (first !== next || last < first)
      return false;
    next = last + 1;
  }
  return active.first === next;
}
async function readManifest(files, directory) {
  const path = join2(directory, MANIFEST_FILE);
  const text = await readText(files, path);
  if (text === void 0)
    return void 0;
  const [header = ""] = text.split("\n", 1);
  if (header !== HEADER && /^im-manifest [1-9][0-9]*$/.test(header))
    throw newerFormat(path, header);
  const manifest = parseManifest(text);
  if (manifest === void 0)
    throw damagedFile(path, "is damaged");
  return manifest;
}
function damagedFile(path, what) {
  const message = `${path} ${what}: restore it from a backup, or save what can be saved with --repair`;
  return new StoreError("store.corrupt", message);
}
function newerFormat(path, header) {
  return new StoreError("store.unusable", `${path} was written by a newer im-server (its format is '${header}'): start that one`);
}
async function readText(files, path) {
  try {
    return await withFile(files.open(path), async (file) => {
      const buffer = Buffer.alloc(READ_BYTES);
      let text = "";
      for (let more = -1; more !== 0; text += buffer.toString("latin1", 0, more)) {
        more = await file.read(buffer, text.length);
      }
      return text;
    });
  } catch (error) {
    if (error.code === "ENOENT")
      return void 0;
    throw error;
  }
}
var UncertainError = class extends Error {
  name = "UncertainError";
};
async function swapManifest(files, directory, manifest) {
  const path = join2(directory, MANIFEST_FILE);
  const file = await createFile(files, `${path}.new`, Buffer.from(encodeManifest(manifest), "latin1"));
  await file.close();
  await files.syncDirectory(directory);
  try {
    await files.rename(`${path}.new`, path);
    await files.syncDirectory(directory);
  } catch (cause) {
    throw new UncertainError(`${path} may have been replaced, or not`, { cause });
  }
}

// dist/storage/opening.js
import { join as join4 } from "node:path";

// dist/storage/lines.js
var LF2 = 10;
var CR = 13;
var READ_BYTES2 = 256 * 1024;
async function readLines(file, { maxLineBytes, until = Number.POSITIVE_INFINITY, mayLackLastEnd = false, pause }, take) {
  const buffer = Buffer.allocUnsafe(maxLineBytes + 1 + READ_BYTES2);
  let position = 0;
  let held = 0;
  let byte = 0;
  while (position < until) {
    const wanted = Math.min(READ_BYTES2, until - position);
    const bytesRead = await file.read(buffer.subarray(held, held + wanted), position);
    if (bytesRead === 0)
      break;
    position += bytesRead;
    const data = buffer.subarray(0, held + bytesRead);
    let start = 0;
    for (let end = data.indexOf(LF2, held); end !== -1; end = data.indexOf(LF2, start)) {
      take(data, start, Math.min(end, start + maxLineBytes + 1), byte);
      start = end + 1;
      byte = position - (data.length - start);
    }
    held = Math.min(data.length - start, maxLineBytes + 1);
    buffer.copyWithin(0, start, start + held);
    await pause?.();
  }
  if (mayLackLastEnd && held > 0) {
    take(buffer, 0, held, byte);
    await pause?.();
  }
  return position;
}
function withoutCr(data, end) {
  return data[end - 1] === CR ? end - 1 : end;
}

// dist/storage/id-table.js
import { randomInt } from "node:crypto";

// dist/storage/column.js
var PAGE_BITS2 = 16;
var PAGE_MASK = (1 << PAGE_BITS2) - 1;
var Column = class {
  #pages = [];
  #Page;
  /** @param Page What a page is made of: how wide the numbers are. */
  constructor(Page2) {
    this.#Page = Page2;
  }
  get(index) {
    return this.#pages[index >>> PAGE_BITS2]?.[index & PAGE_MASK] ?? 0;
  }
  set(index, value) {
    const at = index >>> PAGE_BITS2;
    while (this.#pages.length <= at)
      this.#pages.push(new this.#Page(1 << PAGE_BITS2));
    this.#pages[at][index & PAGE_MASK] = value;
  }
};

// dist/storage/id-table.js
var PAGE_BITS3 = 20;
var PAGE_BYTES = 1 << PAGE_BITS3;
var SHARD_BITS = 8;
var MIN_SLOTS = 8;
var SEED = randomInt(2 ** 32);
var IdBatch = class {
  size = 0;
  starts;
  ends;
  hashes;
  /** What {@link IdTable.findAll} found: a number for each, -1 for one that is not there. */
  numbers;
  /** Nobody needs it; without it, a compiler might leave out what is only looked at. */
  touched = 0;
  /** @param limit Most ids in it. */
  constructor(limit) {
    this.starts = new Uint32Array(limit);
    this.ends = new Uint32Array(limit);
    this.hashes = new Uint32Array(limit);
    this.numbers = new Int32Array(limit);
  }
  add(start, end) {
    this.starts[this.size] = start;
    this.ends[this.size] = end;
    this.size += 1;
  }
};
var IdTable = class {
  #pages = [];
  /** Where the next id goes: a page, and a place in it. */
  #end = 0;
  /** Where each id begins: its length in one byte, then its characters. */
  #places = new Column(Uint32Array);
  #shards = Array.from({ length: 1 << SHARD_BITS }, () => new Shard());
  #scratch = Buffer.alloc(MAX_ID_LENGTH);
  #size = 0;
  /** How many ids there are. */
  get size() {
    return this.#size;
  }
  /** The number of an id, or -1. */
  numberOf(id) {
    return this.find(this.#scratch, 0, this.#write(id));
  }
  /** The number of an id that is written in bytes, or -1. */
  find(bytes, start, end) {
    return this.#find(hashOf(bytes, start, end), bytes, start, end);
  }
  /**
   * Finds several ids. Waiting for memory is most of what a search costs; here it is asked for all that is needed before
   * any of it is, which makes a search half as long again as fast.
   */
  findAll(bytes, batch) {
    const { size, starts, ends, hashes, numbers } = batch;
    for (let index = 0; index < size; index++) {
      hashes[index] = hashOf(bytes, starts[index], ends[index]);
    }
    for (let index = 0; index < size; index++)
      numbers[index] = this.#placeAt(hashes[index]);
    let touched = 0;
    for (let index = 0; index < size; index++)
      touched += this.#byteAt(numbers[index] >>> 0);
    batch.touched = touched;
    for (let index = 0; index < size; index++) {
      const [start, end] = [starts[index], ends[index]];
      numbers[index] = this.#find(hashes[index], bytes, start, end);
    }
  }
  /** Adds an id; returns its number, or -1 when it is there already. */
  add(id) {
    return this.insert(this.#scratch, 0, this.#write(id));
  }
  /** Adds an id that is written in bytes; returns its number, or -1 when it is there already. */
  insert(bytes, start, end) {
    const hash = hashOf(bytes, start, end);
    if (this.#find(hash, bytes, start, end) !== -1)
      return -1;
    const number = this.#size++;
    const place = this.#store(bytes, start, end);
    this.#places.set(number, place);
    this.#shardOf(hash).insert(hash, place, number);
    return number;
  }
  /** Forgets the id that came last. */
  removeLast() {
    this.#size -= 1;
    const place = this.#places.get(this.#size);
    const { page, start, end } = this.#bytesAt(place);
    const hash = hashOf(page, start, end);
    this.#shardOf(hash).remove(hash, this.#size);
    this.#end = place;
  }
  /** The id of a number. */
  idOf(number) {
    const { page, start, end } = this.#bytesAt(this.#places.get(number));
    return page.toString("latin1", start, end);
  }
  /**
   * Writes the id of a number into a buffer.
   *
   * @returns Where it ends.
   */
  copyTo(target, at, number) {
    const { page, start, end } = this.#bytesAt(this.#places.get(number));
    let to = at;
    for (let from = start; from < end; from++)
      target[to++] = page[from];
    return to;
  }
  #find(hash, bytes, start, end) {
    const { slots } = this.#shardOf(hash);
    for (let slot = firstSlot(slots, hash); slots[slot + NUMBER] !== 0; slot = nextSlot(slots, slot)) {
      const isHere = slots[slot] === hash && this.#equals(slots[slot + PLACE], bytes, start, end);
      if (isHere)
        return slots[slot + NUMBER] - 1;
    }
    return -1;
  }
  /** The place in the first slot for a hash: most often that of the id that has it. */
  #placeAt(hash) {
    const { slots } = this.#shardOf(hash);
    return slots[firstSlot(slots, hash) + PLACE];
  }
  #byteAt(place) {
    return this.#pages[place >>> PAGE_BITS3]?.[place & PAGE_BYTES - 1] ?? 0;
  }
  #write(id) {
    for (let index = 0; index < id.length; index++)
      this.#scratch[index] = id.charCodeAt(index);
    return id.length;
  }
  #store(bytes, start, end) {
    const length = end - start;
    if ((this.#end & PAGE_BYTES - 1) + 1 + length > PAGE_BYTES)
      this.#end = this.#nextPage;
    const at = this.#end >>> PAGE_BITS3;
    if (at === this.#pages.length)
      this.#pages.push(Buffer.allocUnsafeSlow(PAGE_BYTES));
    const page = this.#pages[at];
    const place = this.#end;
    let to = place & PAGE_BYTES - 1;
    page[to++] = length;
    for (let from = start; from < end; from++)
      page[to++] = bytes[from];
    this.#end += 1 + length;
    return place;
  }
  get #nextPage() {
    return ((this.#end >>> PAGE_BITS3) + 1) * PAGE_BYTES;
  }
  #bytesAt(place) {
    const page = this.#pages[place >>> PAGE_BITS3];
    const start = (place & PAGE_BYTES - 1) + 1;
    return { page, start, end: start + page[start - 1] };
  }
  #equals(place, bytes, start, end) {
    const page = this.#pages[place >>> PAGE_BITS3];
    let at = place & PAGE_BYTES - 1;
    if (page[at++] !== end - start)
      return false;
    for (let index = start; index < end; index++)
      if (page[at++] !== bytes[index])
        return false;
    return true;
  }
  #shardOf(hash) {
    return this.#shards[hash >>> 32 - SHARD_BITS];
  }
};
var PLACE = 1;
var NUMBER = 2;
var SLOT_LENGTH = 3;
var Shard = class {
  slots = new Uint32Array(MIN_SLOTS * SLOT_LENGTH);
  #taken = 0;
  insert(hash, place, number) {
    if (this.#taken * 4 >= this.slots.length / SLOT_LENGTH * 3)
      this.#grow();
    this.#taken += 1;
    this.#put(hash, place, number + 1);
  }
  remove(hash, number) {
    const { slots } = this;
    let free = firstSlot(slots, hash);
    while (slots[free + NUMBER] !== number + 1)
      free = nextSlot(slots, free);
    for (let slot = nextSlot(slots, free); slots[slot + NUMBER] !== 0; slot = nextSlot(slots, slot)) {
      const home = firstSlot(slots, slots[slot]);
      const isReachedBetween = free < slot ? free < home && home <= slot : free < home || home <= slot;
      if (isReachedBetween)
        continue;
      slots.copyWithin(free, slot, slot + SLOT_LENGTH);
      free = slot;
    }
    slots[free + NUMBER] = 0;
    this.#taken -= 1;
  }
  /** Makes twice as many slots. */
  #grow() {
    const old = this.slots;
    this.slots = new Uint32Array(old.length * 2);
    for (let slot = 0; slot < old.length; slot += SLOT_LENGTH) {
      const entry = old[slot + NUMBER];
      if (entry !== 0)
        this.#put(old[slot], old[slot + PLACE], entry);
    }
  }
  #put(hash, place, entry) {
    const { slots } = this;
    let slot = firstSlot(slots, hash);
    while (slots[slot + NUMBER] !== 0)
      slot = nextSlot(slots, slot);
    slots[slot] = hash;
    slots[slot + PLACE] = place;
    slots[slot + NUMBER] = entry;
  }
};
function firstSlot(slots, hash) {
  return (hash & slots.length / SLOT_LENGTH - 1) * SLOT_LENGTH;
}
function nextSlot(slots, slot) {
  return slot + SLOT_LENGTH === slots.length ? 0 : slot + SLOT_LENGTH;
}
function hashOf(bytes, start, end) {
  let hash = SEED;
  for (let index = start; index < end; index++) {
    hash = Math.imul(hash ^ bytes[index], 3432918353);
    hash = hash << 15 | hash >>> 17;
  }
  hash = Math.imul(hash ^ hash >>> 16, 2246822507);
  hash = Math.imul(hash ^ hash >>> 13, 3266489909);
  return (hash ^ hash >>> 16) >>> 0;
}

// dist/storage/user-lines.js
var MAX_USER_LINE_BYTES = (MAX_ID_LENGTH + 1) * (MAX_BUDDIES + 1) + CHECKSUM_DIGITS;
var SLICE_BYTES = 64 * 1024;
var SPACE3 = 32;
var LF3 = 10;
var UserLines = class {
  #frozen;
  #table;
  #withChecksum;
  #buffer = Buffer.allocUnsafe(SLICE_BYTES + MAX_USER_LINE_BYTES + 1);
  #user = 0;
  /** @param withChecksum Ends each line with a space and the checksum of what is before it. */
  constructor(frozen, table, withChecksum) {
    this.#frozen = frozen;
    this.#table = table;
    this.#withChecksum = withChecksum;
  }
  /** The next lines, good until the next call; none at the end. */
  next() {
    let end = 0;
    while (this.#user < this.#frozen.size && end < SLICE_BYTES)
      end = this.#encode(this.#user++, end);
    return this.#buffer.subarray(0, end);
  }
  #encode(user, begin) {
    const buffer = this.#buffer;
    const { start, length } = this.#frozen.take(user);
    let end = this.#table.copyId(buffer, begin, user);
    for (let place = start; place < start + length; place++) {
      buffer[end++] = SPACE3;
      end = this.#table.copyId(buffer, end, this.#table.read(place));
    }
    if (this.#withChecksum) {
      const checksum = crc32(buffer, begin, end);
      buffer[end++] = SPACE3;
      writeDigits(buffer, end, checksum);
      end += CHECKSUM_DIGITS;
    }
    buffer[end++] = LF3;
    return end;
  }
};

// dist/storage/snapshot.js
var SNAPSHOT_HEADER = "im-snapshot 1";
var SPACE4 = 32;
var HASH = 35;
var StoppedError = class extends Error {
  name = "StoppedError";
};
async function writeSnapshot(files, path, frozen, table, { last, isStopped = () => false }) {
  const file = await files.create(path);
  try {
    let written = 0;
    const write = async (bytes) => {
      await writeAll(file, bytes, written);
      written += bytes.length;
    };
    await write(Buffer.from(`${SNAPSHOT_HEADER}
`));
    const lines = new UserLines(frozen, table, true);
    for (let slice = lines.next(); slice.length > 0; slice = lines.next()) {
      if (isStopped())
        throw new StoppedError();
      await write(slice);
      await new Promise(setImmediate);
    }
    const body = `# ${frozen.size} users, last record ${last}`;
    await write(Buffer.from(`${body} ${checksumOf(body)}
`));
    await file.datasync();
    return written;
  } finally {
    await file.close();
  }
}
async function readSnapshot(file, path, table, report) {
  const { hasUser, last } = await readUsers(file, path, table, report);
  const batch = new IdBatch(MAX_BUDDIES + 1);
  let line = 0;
  let user = 0;
  await readLines(file, { maxLineBytes: MAX_USER_LINE_BYTES }, (data, start, end) => {
    line += 1;
    if (!hasUser(line))
      return;
    const length = readBuddies(data, start, withoutCr(data, end) - CHECKSUM_DIGITS - 1, table, batch);
    table.setList(user++, batch.numbers, length);
  });
  return last;
}
async function readUsers(file, path, table, report) {
  const others = /* @__PURE__ */ new Set([1]);
  let line = 0;
  let last;
  function check2(data, start, end) {
    if (line === 1)
      return checkHeader(data.toString("latin1", start, end), path);
    if (last !== void 0)
      return "it comes after the last line";
    const bodyEnd = bodyEndOf(data, start, end);
    if (bodyEnd === -1)
      return "its checksum does not match";
    if (data[start] !== HASH) {
      const isNew = table.register(data, start, endOfToken(data, start, bodyEnd));
      return isNew ? void 0 : "its user has a line already";
    }
    const ending = parseLastLine(data, start, end);
    if (ending === void 0)
      return "it is nobody's line";
    last = ending.last;
    others.add(line);
    return ending.users === line - 2 ? void 0 : `it is the last of a snapshot of ${ending.users} users`;
  }
  const totalBytes = await readLines(file, { maxLineBytes: MAX_USER_LINE_BYTES }, (data, start, end, byte) => {
    line += 1;
    const reason = check2(data, start, withoutCr(data, end));
    if (reason === void 0)
      return;
    others.add(line);
    report(line, byte, reason);
  });
  if (last === void 0)
    report(line + 1, totalBytes, "it ends before its last line");
  return { hasUser: (asked) => !others.has(asked), last };
}
var LAST_LINE = /^# ([0-9]+) users, last record ([0-9]+)$/;
function parseLastLine(data, start, end) {
  const bodyEnd = data[start] === HASH ? bodyEndOf(data, start, end) : -1;
  if (bodyEnd === -1)
    return void 0;
  const [, users, last] = LAST_LINE.exec(data.toString("latin1", start, bodyEnd)) ?? [];
  return users === void 0 ? void 0 : { users: Number(users), last: Number(last) };
}
function bodyEndOf(data, start, end) {
  const bodyEnd = end - CHECKSUM_DIGITS - 1;
  if (bodyEnd <= start || data[bodyEnd] !== SPACE4)
    return -1;
  return hasDigits(data, bodyEnd + 1, crc32(data, start, bodyEnd)) ? bodyEnd : -1;
}
function readBuddies(data, start, end, table, batch) {
  batch.size = 0;
  for (let from = endOfToken(data, start, end) + 1; from < end; ) {
    const to = endOfToken(data, from, end);
    batch.add(from, to);
    from = to + 1;
  }
  table.findAll(data, batch);
  const { numbers, size } = batch;
  let found = 0;
  for (let index = 0; index < size; index++) {
    if (numbers[index] !== -1)
      numbers[found++] = numbers[index];
  }
  return found;
}
function endOfToken(data, start, end) {
  let at = start;
  while (at < end && data[at] !== SPACE4)
    at += 1;
  return at;
}
function checkHeader(header, path) {
  if (header === SNAPSHOT_HEADER)
    return void 0;
  if (/^im-snapshot [1-9][0-9]*$/.test(header))
    throw newerFormat(path, header);
  return `it is not '${SNAPSHOT_HEADER}'`;
}
function damaged(path, line, byte, reason) {
  return damagedFile(path, `is damaged at line ${line}, byte ${byte} (${reason})`);
}

// dist/storage/last-record.js
async function lastInSnapshot(files, path) {
  let last = -1;
  await withFile(files.open(path), (file) => readLines(file, { maxLineBytes: MAX_USER_LINE_BYTES }, (data, start, end) => {
    last = parseLastLine(data, start, withoutCr(data, end))?.last ?? last;
  }));
  return last;
}
async function lastInJournal(files, path) {
  let last = -1;
  await readRecords(files, path, (record) => {
    last = Math.max(last, record?.sequence ?? -1);
  });
  return last;
}
async function readRecords(files, path, take) {
  let line = 0;
  await withFile(files.open(path), (file) => readLines(file, { maxLineBytes: MAX_RECORD_BYTES }, (data, start, end, byte) => {
    line += 1;
    take(parseRecord(data, start, withoutCr(data, end)), line, byte);
  }));
}

// dist/storage/recovery.js
import { join as join3 } from "node:path";

// dist/storage/journal-reader.js
var CR2 = 13;
async function scanJournal({ file, path, first, sealedBytes }, replay2) {
  let line = 0;
  let last = first - 1;
  let goodBytes = 0;
  let badLine = 0;
  function take(data, start, end) {
    line += 1;
    if (line === 1) {
      checkHeader2(data.toString("latin1", start, end), path);
      goodBytes = end - start + 1;
      return;
    }
    const record = parseRecord(data, start, end);
    if (data[end - 1] === CR2 && parseRecord(data, start, end - 1) !== void 0) {
      throw damaged(path, line, goodBytes, "lines were ended with CR LF, give them back their LF");
    }
    const follows = record !== void 0 && record.sequence === last + 1 && record.durable <= last;
    if (badLine === 0 && follows && replay2(record)) {
      last += 1;
      goodBytes += end - start + 1;
    } else if (badLine === 0) {
      badLine = line;
    }
    if (record !== void 0 && record.durable > last)
      throw damaged(path, badLine, goodBytes, BAD_RECORD);
  }
  const until = sealedBytes ?? Number.POSITIVE_INFINITY;
  const totalBytes = await readLines(file, { maxLineBytes: MAX_RECORD_BYTES, until }, take);
  if (line === 0)
    checkHeader2("", path);
  if (sealedBytes !== void 0 && goodBytes !== sealedBytes) {
    throw damaged(path, badLine === 0 ? line + 1 : badLine, goodBytes, BAD_RECORD);
  }
  return { last, goodBytes, totalBytes };
}
var BAD_RECORD = "no record can be read there";
function checkHeader2(header, path) {
  if (header === JOURNAL_HEADER)
    return;
  if (/^im-journal [1-9][0-9]*$/.test(header))
    throw newerFormat(path, header);
  throw damaged(path, 1, 0, `it is no journal, its first line is not '${JOURNAL_HEADER}'`);
}

// dist/storage/buddy-lists.js
var PAGE_BITS4 = 18;
var PAGE_LENGTH = 1 << PAGE_BITS4;
var MAX_PLACES = 2 ** 32 - PAGE_LENGTH;
var BuddyLists = class {
  #pages = [];
  /** Where the part of the pages begins that was never used. */
  #end = 0;
  /** Blocks that are free, by their room. */
  #free = /* @__PURE__ */ new Map();
  #starts = new Column(Uint32Array);
  #lengths = new Column(Uint16Array);
  #kept;
  /** True when no more pages can be reached. */
  get isFull() {
    return this.#end >= MAX_PLACES;
  }
  placeOf(user) {
    return { start: this.#starts.get(user), length: this.#lengths.get(user) };
  }
  /** The numbers on a list, as they are at this moment. */
  listOf(user) {
    return this.#numbersAt(this.placeOf(user));
  }
  /** The number at a place. */
  read(place) {
    return this.#pageOf(place)[place & PAGE_LENGTH - 1];
  }
  /** Where a buddy is on a list, counted from 0, or -1. */
  positionOf(user, buddy) {
    const length = this.#lengths.get(user);
    if (length === 0)
      return -1;
    const start = this.#starts.get(user);
    const page = this.#pageOf(start);
    const at = start & PAGE_LENGTH - 1;
    for (let position = 0; position < length; position++)
      if (page[at + position] === buddy)
        return position;
    return -1;
  }
  /** Gives a user who has no list the first `length` of these numbers. */
  set(user, numbers, length) {
    if (length === 0)
      return;
    const start = this.#take(roomFor(length));
    const page = this.#pageOf(start);
    const at = start & PAGE_LENGTH - 1;
    for (let position = 0; position < length; position++)
      page[at + position] = numbers[position];
    this.#starts.set(user, start);
    this.#lengths.set(user, length);
  }
  insert(user, position, buddy) {
    const { start, length } = this.placeOf(user);
    if (position === length && length < roomFor(length)) {
      this.#pageOf(start)[start + length & PAGE_LENGTH - 1] = buddy;
      this.#lengths.set(user, length + 1);
    } else {
      this.#replace(user, position, position, [buddy]);
    }
  }
  remove(user, position) {
    this.#replace(user, position, position + 1, []);
  }
  /** From now on, what is in blocks that lists leave is kept. */
  keep() {
    this.#kept = [];
  }
  /** What was kept is needed no more. */
  letGo() {
    const kept = this.#kept ?? [];
    this.#kept = void 0;
    for (const place of kept)
      this.#release(place);
  }
  /** Puts what is from one position up to another by something else, in a new block. */
  #replace(user, from, to, between) {
    const old = this.placeOf(user);
    const numbers = this.#numbersAt(old);
    const length = old.length - (to - from) + between.length;
    const start = length === 0 ? 0 : this.#take(roomFor(length));
    const block = this.#numbersAt({ start, length });
    block.set(numbers.subarray(0, from));
    block.set(between, from);
    block.set(numbers.subarray(to), from + between.length);
    this.#starts.set(user, start);
    this.#lengths.set(user, length);
    this.#release(old);
  }
  #numbersAt({ start, length }) {
    if (length === 0)
      return NONE;
    const at = start & PAGE_LENGTH - 1;
    return this.#pageOf(start).subarray(at, at + length);
  }
  #pageOf(place) {
    return this.#pages[place >>> PAGE_BITS4];
  }
  #take(room) {
    const free = this.#free.get(room)?.pop();
    if (free !== void 0)
      return free;
    const left = PAGE_LENGTH - this.#end % PAGE_LENGTH;
    const start = room > left ? this.#end + left : this.#end;
    this.#end = start + room;
    if (this.#pages.length * PAGE_LENGTH < this.#end)
      this.#pages.push(new Uint32Array(PAGE_LENGTH));
    return start;
  }
  #release(place) {
    if (place.length === 0)
      return;
    if (this.#kept !== void 0) {
      this.#kept.push(place);
      return;
    }
    const room = roomFor(place.length);
    const free = this.#free.get(room);
    if (free === void 0)
      this.#free.set(room, [place.start]);
    else
      free.push(place.start);
  }
};
var NONE = new Uint32Array(0);
function roomFor(length) {
  return length === 0 ? 0 : 1 << 32 - Math.clz32(length - 1);
}

// dist/storage/user-table.js
var UserTable = class {
  #ids = new IdTable();
  #lists = new BuddyLists();
  /** How many users there surely are: what comes after may be undone. */
  #settled = 0;
  /** Has the table tell of a list that is about to change. */
  #beforeChange;
  get size() {
    return this.#ids.size;
  }
  /** How many buddies there are on all lists. */
  countEntries() {
    let entries = 0;
    for (let user = 0; user < this.size; user++)
      entries += this.#lists.placeOf(user).length;
    return entries;
  }
  /** Nothing that was applied until now will be undone. */
  settle() {
    this.#settled = this.size;
  }
  numberOf(id) {
    const user = this.#ids.numberOf(id);
    return user < this.#settled ? user : -1;
  }
  listOf(user) {
    return this.#lists.listOf(user);
  }
  buddiesOf(id) {
    const user = this.#ids.numberOf(id);
    if (user === -1)
      return void 0;
    return Array.from(this.#lists.listOf(user), (buddy) => this.#ids.idOf(buddy));
  }
  /** Decides one change, in the order of checks that PROTOCOL.md gives, and applies it. */
  apply(change) {
    if (change.op === "REG")
      return this.#register(change.id);
    const { op, id, buddy } = change;
    const user = this.#ids.numberOf(id);
    if (user === -1)
      return { reply: 202 };
    if (buddy === void 0)
      return { reply: 201 };
    const other = this.#ids.numberOf(buddy);
    if (other === -1)
      return { reply: 202 };
    if (other === user)
      return { reply: 201 };
    const listed = this.#lists.positionOf(user, other);
    const { length } = this.#lists.placeOf(user);
    if (op === "DEL" && listed === -1)
      return { reply: 200 };
    if (op === "ADD" && (listed !== -1 || length >= MAX_BUDDIES))
      return { reply: 201 };
    if (this.#lists.isFull)
      return { reply: 205 };
    if (op === "DEL") {
      this.#beforeChange?.(user);
      this.#lists.remove(user, listed);
      return { reply: 200, effect: { op, id, buddy }, position: listed };
    }
    this.#beforeChange?.(user);
    this.#lists.insert(user, length, other);
    return { reply: 200, effect: { op, id, buddy }, position: length };
  }
  /** Takes back what {@link apply} did. Several must be taken back in reverse order. */
  undo({ effect: effect2, position = 0 }) {
    if (effect2 === void 0)
      return;
    if (effect2.op === "REG")
      return this.#ids.removeLast();
    const user = this.#ids.numberOf(effect2.id);
    this.#beforeChange?.(user);
    if (effect2.op === "ADD")
      this.#lists.remove(user, position);
    else
      this.#lists.insert(user, position, this.#ids.numberOf(effect2.buddy));
  }
  /** Holds on to the table as it is now. One at a time. */
  freeze() {
    const { size } = this;
    const changed = /* @__PURE__ */ new Map();
    let taken = 0;
    this.#lists.keep();
    this.#beforeChange = (user) => {
      if (user < taken || user >= size || changed.has(user))
        return;
      changed.set(user, this.#lists.placeOf(user));
    };
    return {
      size,
      take: (user) => {
        taken = user + 1;
        const place = changed.get(user) ?? this.#lists.placeOf(user);
        changed.delete(user);
        return place;
      },
      release: () => {
        this.#beforeChange = void 0;
        this.#lists.letGo();
      }
    };
  }
  // For files: ids as bytes, lists as numbers.
  /** Finds several users whose ids are written in bytes. */
  findAll(bytes, batch) {
    this.#ids.findAll(bytes, batch);
  }
  /**
   * Adds a user whose id is written in bytes.
   *
   * @returns False when there is one already, or no room for another.
   */
  register(bytes, start, end) {
    return this.size < MAX_USERS && this.#ids.insert(bytes, start, end) !== -1;
  }
  /** Gives a user who has no buddies the first `length` of these, which are all different and others. */
  setList(user, buddies, length) {
    this.#lists.set(user, buddies, length);
  }
  copyId(target, at, user) {
    return this.#ids.copyTo(target, at, user);
  }
  /** The user at a place of a list. */
  read(place) {
    return this.#lists.read(place);
  }
  #register(id) {
    if (this.size >= MAX_USERS)
      return { reply: this.#ids.numberOf(id) === -1 ? 205 : 203 };
    if (this.#ids.add(id) === -1)
      return { reply: 203 };
    return { reply: 200, effect: { op: "REG", id } };
  }
};

// dist/storage/recovery.js
var EARLIEST_JOURNAL = "journal.txt";
var DATA_FILE = /^(?:snapshot|journal)-([1-9][0-9]{0,14})\.txt$/;
function journalName(number) {
  return `journal-${number}.txt`;
}
function snapshotName(number) {
  return `snapshot-${number}.txt`;
}
function fileNumberOf(name) {
  const [, number] = DATA_FILE.exec(name) ?? [];
  return number === void 0 ? void 0 : Number(number);
}
async function findManifest(files, directory) {
  const manifest = await readManifest(files, directory);
  if (manifest !== void 0)
    return manifest;
  const names = await files.list(directory);
  const earliest = names.includes(EARLIEST_JOURNAL) ? await lengthOf(files, join3(directory, EARLIEST_JOURNAL)) : 0;
  const most = Math.max(earliest, JOURNAL_HEADER.length + 1);
  for (const name of names.filter((name2) => fileNumberOf(name2) !== void 0)) {
    const isLost = name !== journalName(1) || await lengthOf(files, join3(directory, name)) > most;
    if (isLost)
      throw damagedFile(join3(directory, MANIFEST_FILE), "is missing");
  }
  return earliest === 0 ? void 0 : { sealed: [], active: { name: EARLIEST_JOURNAL, first: 1 } };
}
function lengthOf(files, path) {
  return withFile(files.open(path), (file) => readLines(file, { maxLineBytes: MAX_RECORD_BYTES }, () => {
  }));
}
async function recover(files, directory, manifest) {
  const table = new UserTable();
  const { snapshot, sealed, active } = manifest;
  if (snapshot !== void 0) {
    const path2 = join3(directory, snapshot.name);
    const last = await withFile(open2(files, path2), (file) => readSnapshot(file, path2, table, (line, byte, reason) => {
      throw damaged(path2, line, byte, reason);
    }));
    if (last !== snapshot.last)
      throw damagedFile(path2, `is not the one that ${MANIFEST_FILE} lists`);
  }
  const replay2 = ({ change }) => table.apply(change).effect !== void 0;
  for (const { name, first, bytes } of sealed) {
    const path2 = join3(directory, name);
    await withFile(open2(files, path2), (file) => scanJournal({ file, path: path2, first, sealedBytes: bytes }, replay2));
  }
  const path = join3(directory, active.name);
  const scan = await withFile(open2(files, path), (file) => scanJournal({ file, path, first: active.first }, replay2));
  return { manifest, table, scan };
}
async function open2(files, path) {
  try {
    return await files.open(path);
  } catch (error) {
    if (error.code !== "ENOENT")
      throw error;
    throw damagedFile(path, "is missing");
  }
}

// dist/storage/opening.js
async function openDatabase(files, directory) {
  const found = await findManifest(files, directory);
  const opened = found === void 0 ? await createDatabase(files, directory) : await goOn(files, directory, await recoverLatest(files, directory, found));
  await closeIfFails(opened.journal, removeLeftovers(files, directory, opened.manifest));
  return opened;
}
async function recoverLatest(files, directory, manifest) {
  const recovered = await recover(files, directory, manifest);
  const [newer] = await newerThan(files, directory, manifest, recovered.scan.last);
  if (newer !== void 0)
    throw damagedFile(join4(directory, MANIFEST_FILE), `is older than ${newer}`);
  return recovered;
}
async function createDatabase(files, directory) {
  const active = { name: journalName(1), first: 1 };
  const journal = await Journal.create(files, join4(directory, active.name), active.first);
  const manifest = { sealed: [], active };
  await closeIfFails(journal, swapManifest(files, directory, manifest));
  return { manifest, table: new UserTable(), journal, tornTail: void 0 };
}
async function goOn(files, directory, recovered) {
  const { table, scan } = recovered;
  const { active: old } = recovered.manifest;
  const active = { name: journalName(nextNumber(recovered.manifest)), first: old.first };
  const path = join4(directory, old.name);
  return withFile(files.open(path), async (from) => {
    const { goodBytes, totalBytes } = scan;
    let tornTail;
    if (totalBytes > goodBytes) {
      tornTail = { bytes: totalBytes - goodBytes, keptIn: `${path}.${goodBytes}.broken` };
      const kept = await fillFile(files, tornTail.keptIn, (to) => copyRange(from, goodBytes, totalBytes, to));
      await kept.close();
    }
    const file = await fillFile(files, join4(directory, active.name), (to) => copyRange(from, 0, goodBytes, to));
    const journal = Journal.of(file, scan.last, goodBytes);
    const manifest = { ...recovered.manifest, active };
    await closeIfFails(journal, swapManifest(files, directory, manifest));
    return { manifest, table, journal, tornTail };
  });
}
async function closeIfFails(journal, done) {
  try {
    await done;
  } catch (error) {
    await journal.close().catch(() => {
    });
    throw error;
  }
}
async function removeLeftovers(files, directory, manifest) {
  for (const name of await leftoversIn(files, directory, manifest))
    await files.remove(join4(directory, name));
}
async function leftoversIn(files, directory, manifest) {
  const listed = new Set(namesIn(manifest));
  const leftovers = [];
  for (const name of await files.list(directory)) {
    const mayBe = !listed.has(name) && (name === EARLIEST_JOURNAL || fileNumberOf(name) !== void 0);
    if (mayBe && await hasHeader(files, join4(directory, name)))
      leftovers.push(name);
  }
  return leftovers;
}
function hasHeader(files, path) {
  return withFile(files.open(path), async (file) => {
    const buffer = Buffer.alloc(OUR_HEADERS[0].length);
    const length = await file.read(buffer, 0);
    return OUR_HEADERS.some((header) => buffer.toString("latin1", 0, length).startsWith(header));
  });
}
var OUR_HEADERS = ["im-snapshot ", "im-journal "];
async function newerThan(files, directory, manifest, known) {
  const { active } = manifest;
  const last = known ?? Math.max(active.first - 1, await lastInJournal(files, join4(directory, active.name)));
  const newer = [];
  for (const name of await leftoversIn(files, directory, manifest)) {
    if ((fileNumberOf(name) ?? 0) < nextNumber(manifest))
      continue;
    const path = join4(directory, name);
    const lastIn = name.startsWith("snapshot") ? lastInSnapshot : lastInJournal;
    if (await lastIn(files, path) > last)
      newer.push(name);
  }
  return newer;
}
function nextNumber(manifest) {
  return 1 + Math.max(0, ...namesIn(manifest).map((name) => fileNumberOf(name) ?? 0));
}

// dist/storage/repair.js
import { join as join5 } from "node:path";
async function salvage(files, directory, onDropped) {
  const reporter = (name) => (line, byte, reason) => onDropped({ path: join5(directory, name), line, byte, reason });
  const names = await namesToRead(files, directory, reporter(MANIFEST_FILE));
  const base = await readLatestSnapshot(files, directory, names, reporter);
  const journals = await journalsIn(files, directory, names);
  let { last } = base;
  for (const name of journals) {
    last = await replay(files, join5(directory, name), base.table, last, reporter(name));
  }
  return { table: base.table, last };
}
async function rewrite(files, directory, { table, last }) {
  const names = await files.list(directory);
  const old = names.filter((name) => name === MANIFEST_FILE || isDataFile(name));
  const kept = [];
  for (const name of old)
    kept.push(await keep(files, directory, name, names));
  const number = 1 + Math.max(0, ...names.map((name) => fileNumberOf(name) ?? 0));
  const snapshot = snapshotName(number);
  const frozen = table.freeze();
  const bytes = await writeSnapshot(files, join5(directory, snapshot), frozen, table, { last });
  frozen.release();
  const active = { name: journalName(number + 1), first: last + 1 };
  await (await Journal.create(files, join5(directory, active.name), active.first)).close();
  await swapManifest(files, directory, { snapshot: { name: snapshot, last, bytes }, sealed: [], active });
  return kept;
}
async function keep(files, directory, name, taken) {
  let copy2 = `${name}.broken`;
  for (let count = 2; taken.includes(copy2); count++)
    copy2 = `${name}.${count}.broken`;
  const kept = await withFile(files.open(join5(directory, name)), (from) => fillFile(files, join5(directory, copy2), (to) => copyRange(from, 0, Number.POSITIVE_INFINITY, to)));
  await kept.close();
  return join5(directory, copy2);
}
function isDataFile(name) {
  return name === EARLIEST_JOURNAL || fileNumberOf(name) !== void 0;
}
async function namesToRead(files, directory, report) {
  const present = await files.list(directory);
  try {
    const manifest = await readManifest(files, directory);
    const listed = manifest === void 0 ? [] : namesIn(manifest);
    const missing = listed.filter((name) => !present.includes(name));
    for (const name of missing)
      report(1, 0, `it lists ${name}, which is missing`);
    const isWhole = manifest !== void 0 && missing.length === 0;
    const newer = isWhole ? await newerThan(files, directory, manifest) : [];
    for (const name of newer)
      report(1, 0, `it is older than ${name}`);
    if (isWhole && newer.length === 0)
      return listed;
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== "store.corrupt")
      throw error;
    report(1, 0, "it is damaged");
  }
  return present.filter(isDataFile);
}
async function readLatestSnapshot(files, directory, names, reporter) {
  const lasts = /* @__PURE__ */ new Map();
  for (const name2 of names.filter((name3) => name3.startsWith("snapshot-"))) {
    lasts.set(name2, await lastInSnapshot(files, join5(directory, name2)));
  }
  const [name] = inOrder(lasts).reverse();
  const table = new UserTable();
  if (name === void 0)
    return { table, last: 0 };
  const path = join5(directory, name);
  const last = await withFile(files.open(path), (file) => readSnapshot(file, path, table, reporter(name)));
  return { table, last: last ?? 0 };
}
async function journalsIn(files, directory, names) {
  const lasts = /* @__PURE__ */ new Map();
  for (const name of names.filter((name2) => name2.startsWith("journal"))) {
    lasts.set(name, await lastInJournal(files, join5(directory, name)));
  }
  return inOrder(lasts);
}
function inOrder(lasts) {
  const compare = ([a, aLast], [b, bLast]) => aLast - bLast || (fileNumberOf(a) ?? 0) - (fileNumberOf(b) ?? 0);
  return [...lasts].sort(compare).map(([name]) => name);
}
async function replay(files, path, table, after, report) {
  let last = after;
  await readRecords(files, path, (record, line, byte) => {
    if (line === 1)
      return;
    if (record === void 0)
      return report(line, byte, "no record can be read there");
    if (record.sequence <= last)
      return;
    last = record.sequence;
    if (table.apply(record.change).effect === void 0)
      report(line, byte, "it has no effect any more");
  });
  return last;
}

// dist/storage/system-error.js
import { getSystemErrorMap } from "node:util";
function systemReason(error) {
  const errno = error instanceof Error ? error.errno : void 0;
  return errno === void 0 ? void 0 : getSystemErrorMap().get(errno)?.[1];
}

// dist/storage/text-store.js
var COMPACTION_PART = 0.5;
var MIN_COMPACTION_BYTES = 4 * 1024 * 1024;
var RETRY_MS = 1e3;
async function openTextStore(directory, options = {}) {
  const { files = DISK, onNews = () => {
  }, minCompactionBytes = MIN_COMPACTION_BYTES, repair = false } = options;
  const settings = { files, directory, onNews, minCompactionBytes, repair };
  let lock2;
  try {
    await files.createDirectory(directory);
    lock2 = await files.lock(directory);
    const opened = await openOrRepair(settings);
    if (opened.tornTail !== void 0)
      onNews({ type: "tail.kept", ...opened.tornTail });
    return new DirectoryStore(settings, lock2, opened);
  } catch (error) {
    await lock2?.release().catch(() => {
    });
    throw unusable(directory, error);
  }
}
async function openOrRepair({ files, directory, onNews, repair }) {
  try {
    return await openDatabase(files, directory);
  } catch (error) {
    if (!repair || !(error instanceof StoreError) || error.code !== "store.corrupt")
      throw error;
    const saved = await salvage(files, directory, (line) => onNews({ type: "line.dropped", ...line }));
    const kept = await rewrite(files, directory, saved);
    onNews({ type: "store.repaired", users: saved.table.size, kept });
    return openDatabase(files, directory);
  }
}
var DirectoryStore = class {
  #settings;
  #table;
  #lock;
  #manifest;
  #journal;
  #nextNumber;
  /** True when nobody knows what the journal's file holds. */
  #isBroken = false;
  /** How many bytes the journals had when no snapshot could be made; it is tried again when they have twice as many. */
  #failedAtBytes = 0;
  /** Nothing is written anew before. */
  #retryAtMs = Number.NEGATIVE_INFINITY;
  #underWay;
  #compaction;
  #isStopped = false;
  #closed;
  constructor(settings, lock2, { table, manifest, journal }) {
    this.#settings = settings;
    this.#lock = lock2;
    this.#table = table;
    this.#manifest = manifest;
    this.#journal = journal;
    this.#nextNumber = nextNumber(manifest);
    table.settle();
  }
  async commit(changes) {
    return this.#exclusively(() => this.#commit(changes));
  }
  async compact() {
    await this.#compaction;
    await this.#exclusively(() => this.#beginCompaction());
    await this.#compaction;
  }
  get users() {
    return this.#table;
  }
  close() {
    this.#closed ??= this.#close();
    return this.#closed;
  }
  async #exclusively(work) {
    if (this.#closed !== void 0)
      throw new StoreError("store.closed", "the store is closed");
    if (this.#underWay !== void 0)
      throw new StoreError("store.busy", "a commit is under way");
    const done = work();
    this.#underWay = done;
    try {
      return await done;
    } finally {
      this.#underWay = void 0;
    }
  }
  async #close() {
    await this.#underWay?.catch(() => {
    });
    await this.#stopCompaction();
    this.#retryAtMs = Number.NEGATIVE_INFINITY;
    if (this.#isBroken)
      await this.#renew().catch(() => {
      });
    await this.#journal.close().catch(() => {
    });
    await this.#lock.release().catch(() => {
    });
  }
  async #commit(changes) {
    if (this.#isBroken)
      await this.#renew();
    const applied = changes.map((change) => this.#table.apply(change));
    await this.#append(applied);
    this.#table.settle();
    await this.#compactIfDue();
    return applied.map(({ reply: reply2 }) => reply2);
  }
  async #append(applied) {
    const effects = applied.map(({ effect: effect2 }) => effect2).filter((effect2) => effect2 !== void 0);
    if (effects.length === 0)
      return;
    try {
      await this.#journal.append(effects, () => this.#lock.isInPlace());
    } catch (cause) {
      for (const change of applied.toReversed())
        this.#table.undo(change);
      this.#isBroken ||= cause instanceof BrokenError;
      throw unavailable(cause);
    }
  }
  // Making a snapshot, while changes go on.
  /** Begins to make a snapshot, if it is time. */
  async #compactIfDue() {
    const part = COMPACTION_PART * (this.#manifest.snapshot?.bytes ?? 0);
    const limit = Math.max(part, this.#settings.minCompactionBytes);
    if (this.#compaction !== void 0 || this.#journalBytes <= Math.max(limit, this.#failedAtBytes * 2))
      return;
    await this.#beginCompaction();
  }
  /** What is begun is done in the background. */
  async #beginCompaction() {
    try {
      await this.#rotate();
    } catch (error) {
      return this.#onSnapshotFailed(error);
    }
    this.#compaction = this.#compact().finally(() => {
      this.#compaction = void 0;
    });
  }
  get #journalBytes() {
    return this.#manifest.sealed.reduce((sum, { bytes }) => sum + bytes, this.#journal.bytes);
  }
  /** Seals the journal and begins another one. */
  async #rotate() {
    await this.#demandDirectory();
    const { name, first } = this.#manifest.active;
    const { last, bytes } = this.#journal;
    if (last < first)
      return;
    const next = await this.#createJournal();
    const sealed = [...this.#manifest.sealed, { name, first, last, bytes }];
    await this.#swap({ ...this.#manifest, sealed, active: next.entry }, next.journal);
  }
  async #compact() {
    const { last } = this.#journal;
    const startedMs = performance.now();
    try {
      const { users, bytes } = await this.#withSnapshot(last, async (snapshot) => {
        await this.#demandDirectory();
        const manifest = { snapshot, sealed: [], active: this.#manifest.active };
        await swapManifest(this.#settings.files, this.#settings.directory, manifest);
        this.#manifest = manifest;
      });
      await this.#onSnapshot();
      const ms = Math.round(performance.now() - startedMs);
      this.#settings.onNews({ type: "snapshot.made", users, bytes, ms });
    } catch (error) {
      if (!(error instanceof StoppedError))
        this.#onSnapshotFailed(error);
    }
  }
  /** Writes a snapshot, and has it put to use; without that, it is removed again. */
  async #withSnapshot(last, use) {
    const { users, ...entry } = await this.#writeSnapshot(last);
    try {
      await use(entry);
    } catch (error) {
      if (!(error instanceof UncertainError))
        await this.#remove(entry.name);
      throw error;
    }
    return { users, ...entry };
  }
  /** The files that a new snapshot stands for are not needed any more. */
  async #onSnapshot() {
    this.#failedAtBytes = 0;
    const { files, directory } = this.#settings;
    await removeLeftovers(files, directory, this.#manifest).catch(() => {
    });
  }
  #remove(name) {
    const { files, directory } = this.#settings;
    return files.remove(join6(directory, name)).catch(() => {
    });
  }
  async #writeSnapshot(last) {
    const { files, directory } = this.#settings;
    const name = snapshotName(this.#nextNumber++);
    const path = join6(directory, name);
    const frozen = this.#table.freeze();
    try {
      const bytes = await writeSnapshot(files, path, frozen, this.#table, {
        last,
        isStopped: () => this.#isStopped
      });
      return { name, last, bytes, users: frozen.size };
    } catch (error) {
      await this.#remove(name);
      throw error;
    } finally {
      frozen.release();
    }
  }
  #onSnapshotFailed(error) {
    this.#failedAtBytes = this.#journalBytes;
    this.#settings.onNews({ type: "snapshot.failed", error });
  }
  async #stopCompaction() {
    this.#isStopped = true;
    await this.#compaction;
    this.#isStopped = false;
  }
  // Files.
  async #createJournal() {
    const { files, directory } = this.#settings;
    const entry = { name: journalName(this.#nextNumber++), first: this.#journal.last + 1 };
    return { journal: await Journal.create(files, join6(directory, entry.name), entry.first), entry };
  }
  /** Goes on with another manifest and its journal. */
  async #swap(manifest, journal) {
    const { files, directory } = this.#settings;
    try {
      await swapManifest(files, directory, manifest);
    } catch (error) {
      await journal.close().catch(() => {
      });
      if (error instanceof UncertainError)
        this.#isBroken = true;
      else
        await this.#remove(manifest.active.name);
      throw error;
    }
    const old = this.#journal;
    this.#manifest = manifest;
    this.#journal = journal;
    await old.close().catch(() => {
    });
  }
  // When nobody knows what is on disk.
  async #renew() {
    const startedMs = performance.now();
    if (startedMs < this.#retryAtMs)
      throw unavailable(void 0);
    await this.#stopCompaction();
    try {
      await this.#holdLock();
      const { users } = await this.#withSnapshot(this.#journal.last, async (snapshot) => {
        const next = await this.#createJournal();
        await this.#swap({ snapshot, sealed: [], active: next.entry }, next.journal);
      });
      this.#isBroken = false;
      await this.#onSnapshot();
      const ms = Math.round(performance.now() - startedMs);
      this.#settings.onNews({ type: "store.renewed", users, ms });
    } catch (cause) {
      this.#retryAtMs = performance.now() + RETRY_MS;
      throw unavailable(cause);
    }
  }
  /** The directory may have been put by another one of the same name. */
  async #holdLock() {
    if (await this.#lock.isInPlace())
      return;
    const old = this.#lock;
    this.#lock = await this.#settings.files.lock(this.#settings.directory);
    await old.release().catch(() => {
    });
  }
  /** What is under the directory's name may be another process's by now. */
  async #demandDirectory() {
    if (await this.#lock.isInPlace())
      return;
    this.#isBroken = true;
    throw new Error("the data directory is not the one that was locked");
  }
};
function unavailable(cause) {
  return new StoreError("store.unavailable", "the data directory cannot be written", { cause });
}
function unusable(directory, error) {
  if (error instanceof LockedError) {
    const message2 = `the data directory ${directory} is in use by ${error.holder}: stop it, or name another directory with --data`;
    return new StoreError("store.unusable", message2, { cause: error });
  }
  if (error instanceof LockingError) {
    const message2 = `cannot use the data directory ${directory}: ${error.message}`;
    return new StoreError("store.unusable", message2, { cause: error });
  }
  if (error instanceof UncertainError)
    return unusable(directory, error.cause);
  const reason = systemReason(error);
  if (reason === void 0)
    return error;
  const message = `cannot use the data directory ${directory} (${reason}): name another one with --data`;
  return new StoreError("store.unusable", message, { cause: error });
}

// dist/bin/data-commands.js
import { readdir as readdir3, realpath, stat } from "node:fs/promises";
import { basename, dirname as dirname2, join as join9, resolve } from "node:path";

// dist/storage/dump.js
var BYTE_ORDER_MARK = "\xEF\xBB\xBF";
async function writeDump(table, take) {
  const frozen = table.freeze();
  await take(Buffer.from(`# im-server dump: ${frozen.size} users
`));
  const lines = new UserLines(frozen, table, false);
  for (let slice = lines.next(); slice.length > 0; slice = lines.next())
    await take(slice);
  frozen.release();
}
async function readDump(file, path, take, skip) {
  let users = [];
  let line = 0;
  const each = (data, start, end) => {
    line += 1;
    const at = `${path}:${line}`;
    if (end - start > MAX_USER_LINE_BYTES)
      return skip(at, "the line is too long");
    const text = data.toString("latin1", start, end).trimEnd();
    const [id = "#", ...buddies] = tokensOf(line === 1 ? text.replace(BYTE_ORDER_MARK, "") : text);
    if (!id.startsWith("#"))
      users.push({ id, buddies, at });
  };
  const pause = async () => {
    await take(users);
    users = [];
  };
  await readLines(file, { maxLineBytes: MAX_USER_LINE_BYTES, mayLackLastEnd: true, pause }, each);
}

// dist/storage/import.js
var GROUP_CHANGES = 8192;
async function importUsers(store, readUsers2, { onSkip, onProgress }) {
  const report = { users: 0, usersBefore: 0, buddies: 0, buddiesBefore: 0, skipped: 0 };
  const skip = (at, reason) => {
    report.skipped += 1;
    onSkip(at, reason);
  };
  const registrations = new Group(store, async (replies) => {
    for (const { reply: reply2, at } of replies) {
      if (reply2 === 200)
        report.users += 1;
      else if (reply2 === 203)
        report.usersBefore += 1;
      else
        skip(at, "there is no room for one more user");
    }
    onProgress("users", report.users + report.usersBefore);
  });
  await readUsers2(async (users) => {
    for (const { id: token, at } of users) {
      const id = parseId(token);
      if (id === void 0)
        skip(at, `'${token}' is no id`);
      else
        await registrations.add({ op: "REG", id }, at);
    }
  }, skip);
  await registrations.finish();
  const additions = new Group(store, async (replies) => {
    for (const { change, reply: reply2, at } of replies) {
      const reason = reply2 === 200 ? void 0 : whyNot(store, change);
      if (reply2 === 200)
        report.buddies += 1;
      else if (reason === void 0)
        report.buddiesBefore += 1;
      else
        skip(at, reason);
    }
    onProgress("buddies", report.buddies + report.buddiesBefore);
  });
  await readUsers2(async (users) => {
    for (const { id: token, buddies, at } of users) {
      const id = parseId(token);
      if (id === void 0)
        continue;
      for (const other of buddies) {
        const buddy = parseId(other);
        if (buddy === void 0)
          skip(at, `'${other}' is no id`);
        else
          await additions.add({ op: "ADD", id, buddy }, at);
      }
    }
  }, () => {
  });
  await additions.finish();
  return report;
}
function whyNot(store, change) {
  const { id, buddy } = change;
  if (buddy === id)
    return `'${buddy}' is the user, and nobody's own buddy`;
  if (store.users.buddiesOf(buddy) === void 0)
    return `'${buddy}' is nobody's id`;
  const list = store.users.buddiesOf(id);
  if (list?.includes(buddy))
    return void 0;
  return `'${buddy}' would be one more than the ${MAX_BUDDIES} that a list has room for`;
}
var Group = class {
  #store;
  #onReplies;
  #waiting = [];
  constructor(store, onReplies) {
    this.#store = store;
    this.#onReplies = onReplies;
  }
  async add(change, at) {
    this.#waiting.push({ change, at });
    if (this.#waiting.length === GROUP_CHANGES)
      await this.finish();
  }
  async finish() {
    const group = this.#waiting;
    this.#waiting = [];
    const replies = await this.#store.commit(group.map(({ change }) => change));
    await this.#onReplies(group.map((each, index) => ({ ...each, reply: replies[index] })));
  }
};

// dist/storage/inspection.js
import { join as join7 } from "node:path";
var MAX_READS = 10;
async function readDatabase(files, directory) {
  for (let reads = 1; ; reads++) {
    const manifest = await findManifest(files, directory);
    if (manifest === void 0)
      throw new StoreError("store.unusable", `${directory} has no database`);
    try {
      return await recover(files, directory, manifest);
    } catch (error) {
      if (reads === MAX_READS || !await isReplaced(files, directory, manifest))
        throw error;
    }
  }
}
async function isReplaced(files, directory, read) {
  const now = await readManifest(files, directory);
  return now !== void 0 && now.active.name + now.snapshot?.name !== read.active.name + read.snapshot?.name;
}
function describe(directory, { manifest, table, scan }) {
  const { snapshot, sealed, active } = manifest;
  const lines = [`${join7(directory, MANIFEST_FILE)}: good`];
  if (snapshot !== void 0)
    lines.push(`${join7(directory, snapshot.name)}: good, up to record ${snapshot.last}`);
  for (const { name, first, last } of sealed) {
    lines.push(`${join7(directory, name)}: good, records ${first} to ${last}`);
  }
  const records = scan.last < active.first ? "no records" : `records ${active.first} to ${scan.last}`;
  const torn = scan.totalBytes - scan.goodBytes;
  const tail = torn === 0 ? "" : `, and ${torn} bytes of a write that was interrupted or is under way`;
  lines.push(`${join7(directory, active.name)}: good, ${records}${tail}`);
  lines.push(`users ${table.size}, buddies on their lists ${table.countEntries()}`);
  return lines;
}

// dist/storage/original-layout.js
import { closeSync, openSync, readSync } from "node:fs";
import { readdir as readdir2 } from "node:fs/promises";
import { join as join8 } from "node:path";
var SUFFIX = ".txt";
var USERS_AT_A_TIME = 1e3;
var MAX_FILE_BYTES = 2 * MAX_USER_LINE_BYTES;
async function readOriginalLayout(directory, take, skip) {
  const buffer = Buffer.allocUnsafe(MAX_FILE_BYTES + 1);
  const entries = await readdir2(directory, { withFileTypes: true });
  const names = entries.map(({ name }) => name).sort();
  const files = new Set(entries.filter((entry) => entry.isFile()).map(({ name }) => name));
  let users = [];
  for (const name of names) {
    const at = join8(directory, name);
    if (!name.endsWith(SUFFIX) || !files.has(name))
      skip(at, "it is no file <id>.txt");
    else {
      const text = readText2(at, buffer, skip);
      const buddies = text?.split("\n").map((line) => line.trim());
      const id = name.slice(0, -SUFFIX.length);
      if (buddies !== void 0)
        users.push({ id, buddies: buddies.filter((line) => line !== ""), at });
    }
    if (users.length === USERS_AT_A_TIME) {
      await take(users);
      users = [];
    }
  }
  await take(users);
}
function readText2(path, buffer, skip) {
  try {
    const descriptor = openSync(path, "r");
    try {
      let length = 0;
      for (let more = -1; more !== 0; length += more)
        more = readSync(descriptor, buffer, length, buffer.length - length, null);
      if (length <= MAX_FILE_BYTES)
        return buffer.toString("latin1", 0, length);
      skip(path, `it has more than ${MAX_FILE_BYTES} bytes`);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    skip(path, `it cannot be read (${error.code})`);
  }
  return void 0;
}

// dist/bin/progress.js
var EVERY_MS = 100;
var Progress = class {
  #shownAtMs = Number.NEGATIVE_INFINITY;
  #isShown = false;
  /** Shows how far it is. */
  show(text) {
    const now = performance.now();
    if (!process.stderr.isTTY || now - this.#shownAtMs < EVERY_MS)
      return;
    process.stderr.write(`\r${text}\x1B[K`);
    this.#shownAtMs = now;
    this.#isShown = true;
  }
  /** Makes room for something else, or for what comes after. */
  clear() {
    if (this.#isShown)
      process.stderr.write("\r\x1B[K");
    this.#isShown = false;
  }
};

// dist/bin/data-commands.js
function addDataCommands(command2) {
  const name = command2.name();
  const run = (work) => finish(name, work);
  command2.command("check").description("read all files of a data directory, and say whether they are good").argument("<dir>", "the data directory; a server may be using it").action((directory) => run(() => check(name, resolve(directory))));
  command2.command("export").description("write all users and their buddies as plain text, a line for each user").argument("<dir>", "the data directory; a server may be using it").argument("[file]", "where to; standard output without it", textOption).action((directory, file) => run(() => exportTo(resolve(directory), file)));
  command2.command("import").description("take over users and buddies; done again, it goes on where it was interrupted").argument("<dir>", "the data directory; no server may be using it").argument("<file>", "what `export` wrote, or the original server's directory of <id>.txt files").action((directory, file) => run(() => importFrom(name, resolve(directory), file)));
}
async function finish(name, work) {
  process.stdout.on("error", (error) => {
    if (error.code === "EPIPE")
      process.exit(EXIT.done);
    complain(name, `standard output: ${systemReason(error) ?? error.message}`);
    process.exit(EXIT.failed);
  });
  try {
    await work();
  } catch (error) {
    const { path, message, cause } = error;
    const reason = systemReason(error);
    const why = systemReason(cause);
    if (reason !== void 0)
      complain(name, `${path ?? "a file"}: ${reason}`);
    else
      complain(name, why === void 0 || message.includes(why) ? message : `${message} (${why})`);
    process.exit(EXIT.failed);
  }
}
async function check(name, directory) {
  try {
    for (const line of describe(directory, await readDatabase(DISK, directory)))
      print(line);
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== "store.corrupt")
      throw error;
    const { table } = await salvage(DISK, directory, (line) => complain(name, inWords(line)));
    complain(name, `${table.size} users can be saved with --repair`);
    throw error;
  }
}
function inWords({ path, line, byte, reason }) {
  return `${path}, line ${line}, byte ${byte}: ${reason}`;
}
async function exportTo(directory, path) {
  const { table } = await readDatabase(DISK, directory);
  if (path === void 0)
    await writeDump(table, print);
  else
    await exportToFile(table, await targetOf(directory, path));
}
async function targetOf(directory, path) {
  const isFile = await stat(path).then((found) => found.isFile(), () => void 0);
  if (isFile === false)
    throw new Error(`${path} is no file: leave it away, and redirect standard output`);
  const target = isFile === void 0 ? join9(await realpath(dirname2(path)), basename(path)) : await realpath(path);
  if (dirname2(target) === await realpath(directory)) {
    throw new Error(`${path} is in the data directory: choose another place`);
  }
  return target;
}
async function exportToFile(table, path) {
  const part = `${path}.${process.pid}.part`;
  const progress = new Progress();
  try {
    await withFile(DISK.create(part), async (file) => {
      let written = 0;
      await writeDump(table, async (bytes) => {
        await writeAll(file, bytes, written);
        written += bytes.length;
        progress.show(`${written.toLocaleString("en")} bytes written`);
      });
      await file.datasync();
    });
    await DISK.rename(part, path);
    await DISK.syncDirectory(dirname2(path));
  } finally {
    await DISK.remove(part).catch(() => {
    });
    progress.clear();
  }
}
async function importFrom(name, directory, path) {
  const readUsers2 = await sourceOf(directory, path);
  const store = await openTextStore(directory);
  const progress = new Progress();
  try {
    const report = await importUsers(store, readUsers2, {
      onSkip(at, reason) {
        progress.clear();
        complain(name, `${at}: skipped, ${reason}`);
      },
      onProgress: (stage, done) => progress.show(`${done.toLocaleString("en")} ${stage}`)
    });
    progress.show("writing a snapshot");
    await store.compact();
    progress.clear();
    const { users, buddies, usersBefore, buddiesBefore, skipped } = report;
    print(`imported: users ${users}, buddies ${buddies}`);
    print(`there already: users ${usersBefore}, buddies ${buddiesBefore}`);
    print(`skipped: ${skipped}`);
  } finally {
    progress.clear();
    await store.close();
  }
}
async function sourceOf(directory, path) {
  const found = await stat(path);
  const isDirectory = found.isDirectory();
  if (!isDirectory && !found.isFile())
    throw new Error(`${path} is no file, and no directory`);
  if (isDirectory && await isDatabase(path))
    throw new Error(`${path} is a data directory: export it first`);
  if (isDirectory && resolve(path) === directory)
    throw new Error(`${path} cannot be imported into itself`);
  return (take, skip) => isDirectory ? readOriginalLayout(path, take, skip) : withFile(DISK.open(path), (file) => readDump(file, path, take, skip));
}
async function isDatabase(directory) {
  return (await readdir3(directory)).includes(MANIFEST_FILE);
}
function print(text) {
  const bytes = typeof text === "string" ? `${toDisplayText(text)}
` : text;
  return new Promise((resolve3) => process.stdout.write(bytes, () => resolve3()));
}

// dist/bin/descriptors.js
import { readFileSync } from "node:fs";
var RESERVED_DESCRIPTORS = 128;
var MIN_CONNECTIONS = 16;
function connectionsWithin(limits) {
  const [, soft] = /^Max open files +(\d+)/m.exec(limits ?? "") ?? [];
  if (soft === void 0)
    return Number.POSITIVE_INFINITY;
  return Math.max(Number(soft) - RESERVED_DESCRIPTORS, MIN_CONNECTIONS);
}
function ownLimits() {
  try {
    return readFileSync("/proc/self/limits", "latin1");
  } catch {
    return void 0;
  }
}

// dist/bin/logger.js
var import_pino = __toESM(require_pino(), 1);
var import_sonic_boom = __toESM(require_sonic_boom(), 1);
import { constants as constants2, fstatSync, openSync as openSync2 } from "node:fs";
var MAX_LOG_BUFFER_BYTES = 1024 * 1024;
var LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"];
var LOG_CLOSE_TIMEOUT_MS = 500;
async function createLog(level, format) {
  const stderr = openStderr();
  const destination = format === "json" ? stderr : await prettyStream(stderr);
  const log = (0, import_pino.pino)({ level, base: null, timestamp: import_pino.pino.stdTimeFunctions.isoTime, serializers: { err: errorFields } }, destination);
  return {
    log,
    close: () => new Promise((resolve3) => {
      stderr.once("close", resolve3);
      setTimeout(resolve3, LOG_CLOSE_TIMEOUT_MS);
      stderr.end();
    })
  };
}
function openStderr() {
  const stream = new import_sonic_boom.default.SonicBoom({
    fd: stderrDescriptor(),
    sync: false,
    maxLength: MAX_LOG_BUFFER_BYTES
  });
  stream.on("error", () => {
  });
  return stream;
}
function stderrDescriptor() {
  const status = fstatSync(2);
  if (!status.isFIFO() && !status.isCharacterDevice())
    return 2;
  try {
    return openSync2("/proc/self/fd/2", constants2.O_WRONLY | constants2.O_NONBLOCK);
  } catch {
    return 2;
  }
}
async function prettyStream(destination) {
  const { default: pretty } = await import("./pino-pretty-5NZRDSX5.js");
  const format = pretty.prettyFactory({
    colorize: process.stderr.isTTY && process.env["NO_COLOR"] === void 0,
    translateTime: "SYS:HH:MM:ss.l"
  });
  return { write: (line) => destination.write(format(JSON.parse(line)) ?? "") };
}
function errorFields(error) {
  if (!(error instanceof Error))
    return { message: toDisplayText(String(error)) };
  const { code } = error;
  return {
    type: error.name,
    message: toDisplayText(error.message),
    ...code !== void 0 && { code },
    stack: (error.stack ?? "").split("\n").map(toDisplayText).join("\n"),
    ...error.cause !== void 0 && { cause: errorFields(error.cause) }
  };
}

// dist/bin/im-server.js
var NAME = "im-server";
var command = createCommand(NAME, "Directory and presence server of a small instant-messaging system.").option("--host <address>", "address to listen on", textOption, "0.0.0.0").option("--tcp-port <port>", "port for REG, ADD and DEL; 0 picks a free one", portOption, 1234).option("--udp-port <port>", "port for SET and GET; 0 picks a free one", portOption, 1235).option("--data <directory>", "where users and buddy lists are kept", textOption, "./data").option("--repair", "save what can be saved, should the data be damaged").option("--max-connections <n>", "most TCP connections at once; 206 beyond it", countOption, MAX_CONNECTIONS).option("--max-per-address <n>", "the same from one address (default: 4 in 5 of all)", countOption).addOption(new Option("--log-level <level>", "what to log").choices(LOG_LEVELS).default("info")).addOption(new Option("--log-format <format>", "how to log").choices(["pretty", "json"]).default(process.stderr.isTTY ? "pretty" : "json", "pretty on a terminal, json elsewhere")).addHelpText("after", "\nSIGINT or SIGTERM ends it: requests in flight are finished first.");
async function main(options) {
  const { log, close } = await createLog(options.logLevel, options.logFormat);
  const directory = resolve2(options.data);
  let repair = options.repair === true;
  const server = startServer({
    host: await addressToListenOn(options.host),
    tcpPort: options.tcpPort,
    udpPort: options.udpPort,
    maxConnections: Math.min(options.maxConnections, connectionsWithin(ownLimits())),
    ...options.maxPerAddress !== void 0 && { maxConnectionsPerAddress: options.maxPerAddress },
    log,
    openStore: () => {
      const opened = openTextStore(directory, { repair, onNews: (news) => logNews(log, news) });
      repair = false;
      return opened;
    }
  });
  process.stdout.on("error", () => {
  });
  process.on("SIGINT", server.shutdown);
  process.on("SIGTERM", server.shutdown);
  if (await server.ready) {
    process.stdout.write(`${readyLine(server, directory)}
`);
    log.info({ pid: process.pid }, "ready");
    await server.ended;
    log.info({}, "stopped");
  }
  const { error } = await server.ended;
  await close();
  if (error !== void 0)
    explain(error, options);
  process.exit(error === void 0 ? EXIT.done : EXIT.failed);
}
function logNews(log, news) {
  const { type, ...fields } = news;
  switch (type) {
    case "tail.kept":
      return log.warn(fields, "an interrupted write was left out, and kept aside");
    case "snapshot.made":
      return log.debug(fields, "snapshot made");
    case "snapshot.failed":
      return log.warn({ err: news.error }, "no snapshot could be made, it is tried again");
    case "line.dropped":
      return log.warn(fields, "a damaged line could not be saved");
    case "store.repaired":
      return log.warn(fields, "the database was repaired");
    case "store.renewed":
      return log.warn(fields, "the database was written anew");
  }
}
async function addressToListenOn(host) {
  try {
    return (await lookup(host, { order: "ipv4first" })).address;
  } catch {
    complain(NAME, unknownHost(host));
    process.exit(EXIT.failed);
  }
}
function unknownHost(host) {
  return `cannot listen on ${host}: name an address of this machine with --host`;
}
function readyLine({ bound }, directory) {
  const [tcp, udp] = ["tcp", "udp"].map((protocol) => {
    const socket = bound.get(protocol);
    return `${protocol}=${socket === void 0 ? "none" : hostPort(socket.host, socket.port)}`;
  });
  return `${NAME} ready ${tcp} ${udp} data=${toDisplayText(directory)}`;
}
function explain(error, options) {
  const cause = rootCause(error);
  const port = cause.syscall === "bind" ? `UDP port ${options.udpPort}` : `TCP port ${options.tcpPort}`;
  const option = cause.syscall === "bind" ? "--udp-port" : "--tcp-port";
  switch (cause.code) {
    case "EADDRINUSE":
      return complain(NAME, `${port} is in use: stop what uses it, or choose another with ${option}`);
    case "EACCES":
      return complain(NAME, `${port} needs privileges this user has not: choose one above 1023 with ${option}`);
    case "EADDRNOTAVAIL":
      return complain(NAME, unknownHost(options.host));
    default:
      return complain(NAME, cause instanceof Error ? cause.message : String(cause));
  }
}
addDataCommands(command);
await command.action(() => main(command.opts())).parseAsync();
