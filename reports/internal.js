// Worklists: rows come as columns (numbers, or places in a dictionary of words); only those in view are in the table.
(function () {
  "use strict";

  function make(name, properties, children) {
    var element = Object.assign(document.createElement(name), properties || {});
    (children || []).forEach(function (child) { element.append(child); });
    return element;
  }

  function Column(given) {
    this.label = given.label;
    this.name = given.name;
    this.isNumber = "numbers" in given;
    this.values = given.numbers || given.codes;
    this.words = given.words;
  }
  Column.prototype.text = function (row) {
    var value = this.values[row];
    if (this.isNumber) return value === null ? "" : String(value);
    return value < 0 ? "" : this.words[value];
  };
  // As it is read: thousands marked, money to the cent. A spreadsheet gets the plain number.
  Column.prototype.shown = function (row) {
    var value = this.values[row], isMoney = /amount$/.test(this.name);
    if (!this.isNumber || value === null) return this.text(row);
    return value.toLocaleString("en-US", { minimumFractionDigits: isMoney ? 2 : 0, maximumFractionDigits: 2 });
  };
  Column.prototype.order = function (row) { // Dictionaries are sorted, so places compare as words do.
    var value = this.values[row];
    return value === null || (!this.isNumber && value < 0) ? null : value;
  };

  // A cell that a spreadsheet would run as a formula gets a quote before it; a plain number is left a number.
  function cell(text) {
    if (/^\s*[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/.test(text) && !/^-?\d+(\.\d+)?$/.test(text)) text = "'" + text;
    return '"' + text.replace(/"/g, '""') + '"';
  }

  function start(block) {
    var given = JSON.parse(block.textContent), id = given.id;
    var columns = given.columns.map(function (column) { return new Column(column); });
    var view = document.getElementById(id + "-view"), tools = document.getElementById(id + "-tools");
    var says = document.getElementById(id + "-says"), search = tools.querySelector("input");
    var every = Uint32Array.from({ length: given.n }, function (_, row) { return row; });
    var shown = every, sorted = null, descending = false, height = 31;

    var heads = columns.map(function (column) {
      var button = make("button", { type: "button", textContent: column.label });
      var head = make("th", { scope: "col", className: column.isNumber ? "number" : "" }, [button]);
      button.addEventListener("click", function () {
        descending = sorted === column && !descending;
        sorted = column;
        heads.forEach(function (other) { other.removeAttribute("aria-sort"); });
        head.setAttribute("aria-sort", descending ? "descending" : "ascending");
        update();
      });
      return head;
    });
    var body = make("tbody");
    var table = make("table", { className: "list" }, [make("thead", {}, [make("tr", {}, heads)]), body]);
    table.setAttribute("aria-labelledby", id + "-title");
    view.append(table);

    var choices = given.choices.map(function (name) {
      var column = columns.find(function (one) { return one.name === name; });
      var select = make("select", {}, [make("option", { value: "", textContent: "any" })]);
      column.words.forEach(function (word, place) {
        select.append(make("option", { value: String(place), textContent: word }));
      });
      tools.append(make("label", {}, [column.label, select]));
      select.addEventListener("change", update);
      return { column: column, select: select };
    });
    var save = make("button", { type: "button", textContent: "Save these rows as CSV" });
    tools.append(save);
    tools.hidden = false;

    function matching() {
      var wanted = search.value.trim().toLowerCase(), rows = every;
      choices.forEach(function (choice) {
        if (choice.select.value === "") return;
        var place = Number(choice.select.value);
        rows = rows.filter(function (row) { return choice.column.values[row] === place; });
      });
      if (!wanted) return rows;
      var hits = columns.map(function (column) { // Each word of a dictionary is looked at once, not once a row.
        return column.words && column.words.map(function (word) { return word.toLowerCase().includes(wanted); });
      });
      return rows.filter(function (row) {
        return columns.some(function (column, place) {
          if (!column.isNumber) return hits[place][column.values[row]];
          return column.values[row] !== null && String(column.values[row]).includes(wanted);
        });
      });
    }

    function update() {
      shown = matching();
      if (sorted) {
        var sign = descending ? -1 : 1;
        shown = Array.from(shown).sort(function (a, b) {
          var one = sorted.order(a), other = sorted.order(b);
          if (one === null || other === null) return (one === null) - (other === null) || a - b;
          return sign * (one - other) || a - b;
        });
      }
      says.textContent = shown.length.toLocaleString("en") + " of " + given.n.toLocaleString("en") + " rows";
      table.setAttribute("aria-rowcount", String(shown.length + 1));
      view.scrollTop = 0;
      draw();
    }

    function room(rows) { // What is out of view is one empty row of its height.
      var data = make("td", { colSpan: columns.length });
      data.style.height = rows * height + "px";
      var empty = make("tr", { className: "room" }, [data]);
      empty.setAttribute("aria-hidden", "true");
      return empty;
    }

    function draw() {
      var first = Math.max(0, Math.floor(view.scrollTop / height) - 10);
      var last = Math.min(shown.length, first + Math.ceil(view.clientHeight / height) + 20);
      var rows = [];
      for (var place = first; place < last; place++) {
        var cells = columns.map(function (column, number) {
          var text = column.shown(shown[place]);
          var data = make(number ? "td" : "th", { textContent: text, title: text.length > 40 ? text : "" });
          if (!number) data.scope = "row";
          if (column.isNumber) data.className = "number";
          return data;
        });
        var row = make("tr", {}, cells);
        row.setAttribute("aria-rowindex", String(place + 2));
        rows.push(row);
      }
      body.replaceChildren.apply(body, [room(first)].concat(rows, [room(shown.length - last)]));
      var drawn = rows.length && rows[0].getBoundingClientRect().height;
      if (drawn && Math.abs(drawn - height) > 0.01) { height = drawn; draw(); }
    }

    function csv() {
      var lines = [columns.map(function (column) { return cell(column.label); }).join(",")];
      shown.forEach(function (row) {
        lines.push(columns.map(function (column) { return cell(column.text(row)); }).join(","));
      });
      return "\uFEFF" + lines.join("\r\n") + "\r\n";
    }

    var waiting = false;
    view.addEventListener("scroll", function () {
      if (waiting) return;
      waiting = true;
      requestAnimationFrame(function () { waiting = false; draw(); });
    });
    search.addEventListener("input", update);
    tools.addEventListener("submit", function (event) { event.preventDefault(); });
    save.addEventListener("click", function () {
      var address = URL.createObjectURL(new Blob([csv()], { type: "text/csv;charset=utf-8" }));
      make("a", { href: address, download: "worklist-" + id + ".csv" }).click();
      setTimeout(function () { URL.revokeObjectURL(address); }, 1000);
    });
    update();
  }

  document.querySelectorAll("script[data-list]").forEach(start);
})();
