'use strict';
// Sorting, searching, filtering and paging of the hosts. Everything can be read without it: it only moves what is there.
// Text is only ever set as text.
(() => {
  const PAGE = 100;
  const root = document.documentElement;
  root.classList.add('js');
  addEventListener('DOMContentLoaded', () => {
    try {
      foldLongLists();
      const table = document.querySelector('#hosts table');
      if (table) new Hosts(table);
    } catch (error) {
      root.classList.remove('js');
      throw error;
    }
  });

  // Lists of more than a few hosts are closed on the screen, and open on paper.
  function foldLongLists() {
    const long = [...document.querySelectorAll('details[open]')].filter((list) => list.querySelectorAll('li').length > 12);
    const open = (state) => () => long.forEach((list) => { list.open = state; });
    open(false)();
    addEventListener('beforeprint', open(true));
    addEventListener('afterprint', open(false));
  }

  class Hosts {
    constructor(table) {
      this.table = table;
      this.places = [...table.tBodies].map((node, place) => ({ node, place, verdict: node.className }));
      this.hosts = [...this.places];
      this.form = document.querySelector('#hosts form');
      this.words = this.form.dataset;
      this.pager = document.querySelector('#hosts .pager');
      this.order = [...this.form.querySelectorAll('[name=verdict]')].map((box) => box.value);
      this.shown = this.hosts;
      this.first = 0;
      this.keys = [];
      this.listen();
      this.clear();
      this.form.hidden = this.pager.hidden = false;
      this.draw();
      this.follow(location.hash);
    }

    listen() {
      for (const [column, head] of [...this.table.tHead.rows[0].cells].entries()) {
        const button = document.createElement('button');
        button.type = 'button';
        button.append(...head.childNodes);
        button.addEventListener('click', () => this.sort(column, head));
        head.append(button);
      }
      this.form.addEventListener('input', () => this.filter());
      this.form.addEventListener('reset', (event) => {
        event.preventDefault();
        this.clear();
        this.filter();
      });
      this.form.addEventListener('submit', (event) => event.preventDefault());
      this.previous = this.pager.querySelector('.previous');
      this.next = this.pager.querySelector('.next');
      this.previous.addEventListener('click', () => this.turn(this.first - PAGE));
      this.next.addEventListener('click', () => this.turn(this.first + PAGE));
      addEventListener('beforeprint', () => this.put(this.shown));
      addEventListener('afterprint', () => this.draw());
      addEventListener('hashchange', () => this.follow(location.hash));
      document.addEventListener('click', (event) => {
        const link = event.target.closest('a[href^="#h"]');
        if (!link) return;
        event.preventDefault();
        history.pushState(null, '', link.hash);
        this.follow(link.hash);
      });
    }

    // What is in its place stays there, and so keeps the focus.
    put(hosts) {
      const nodes = hosts.map((host) => this.dressed(host).node);
      const kept = new Set(nodes);
      for (const node of [...this.table.tBodies]) if (!kept.has(node)) node.remove();
      const now = this.table.tBodies;
      if (nodes.length !== now.length || nodes.some((node, at) => node !== now[at])) this.table.append(...nodes);
    }

    draw() {
      const { length } = this.shown;
      this.first = Math.max(0, Math.min(this.first, Math.floor((length - 1) / PAGE) * PAGE));
      const last = Math.min(this.first + PAGE, length);
      this.put(this.shown.slice(this.first, last));
      const all = this.hosts.length;
      const template = length === 0 ? this.words.noMatch : length === all ? this.words.shown : this.words.shownOf;
      const figures = { from: this.first + 1, to: last, count: length, all };
      const say = (key) => figures[key].toLocaleString('en-US');
      this.pager.querySelector('p').textContent = template.replace(/\{(\w+)\}/g, (_, key) => say(key));
      this.previous.disabled = this.first === 0;
      this.next.disabled = last === length;
      this.previous.hidden = this.next.hidden = length <= PAGE;
    }

    turn(first) {
      this.first = first;
      this.draw();
      if (document.activeElement === document.body) (this.next.disabled ? this.previous : this.next).focus();
      this.table.parentElement.scrollIntoView({ block: 'start' });
    }

    // The first time a host is shown, its address becomes the button that opens its details.
    dressed(host) {
      if (host.button) return host;
      const [row, details] = host.node.rows;
      const cell = row.cells[0];
      const button = document.createElement('button');
      button.type = 'button';
      button.className = 'toggle';
      button.append(cell.firstChild);
      button.setAttribute('aria-expanded', 'false');
      details.id = 'd' + host.place;
      button.setAttribute('aria-controls', details.id);
      button.addEventListener('click', () => this.open(host, !details.classList.contains('open')));
      cell.prepend(button);
      host.button = button;
      return host;
    }

    open(host, state) {
      const [row, details] = this.dressed(host).node.rows;
      if (!host.told) {
        host.told = true;
        this.tell(row, details.cells[0]);
      }
      details.classList.toggle('open', state);
      host.button.setAttribute('aria-expanded', state);
    }

    // What each finding of the host means and what to do, from the section that says it.
    tell(row, cell) {
      const told = document.createElement('div');
      told.className = 'told';
      for (const link of row.querySelectorAll('a[href^="#c"]')) {
        const remedy = document.querySelector(link.hash);
        const finding = remedy.closest('.finding');
        add('h3', link.textContent);
        add('p', remedy.closest('.side').querySelector('.meaning').textContent);
        add('p', remedy.querySelector('.action').textContent);
      }
      if (told.firstChild) cell.append(told);
      function add(name, text) {
        const node = document.createElement(name);
        node.textContent = text;
        told.append(node);
      }
    }

    // Leads to a host, whatever page it is on.
    follow(hash) {
      const host = /^#h\d+$/.test(hash) && this.places[hash.slice(2)];
      if (!host) return;
      if (!this.shown.includes(host)) {
        this.clear();
        this.select();
      }
      this.first = Math.floor(this.shown.indexOf(host) / PAGE) * PAGE;
      this.draw();
      this.open(host, true);
      host.node.scrollIntoView({ block: 'center' });
      host.button.focus({ preventScroll: true });
    }

    // Takes all filters away; a browser may have kept some from before.
    clear() {
      for (const field of this.form.elements) {
        if (field.type === 'checkbox') field.checked = false;
        else if (field.name) field.value = '';
      }
    }

    filter() {
      this.select();
      this.first = 0;
      this.draw();
    }

    select() {
      const asked = new FormData(this.form);
      const words = asked.get('search').toLowerCase().split(/\s+/).filter(Boolean);
      const verdicts = new Set(asked.getAll('verdict'));
      const finding = asked.get('finding');
      this.shown = this.hosts.filter((host) => (verdicts.size === 0 || verdicts.has(host.verdict))
        && (!finding || this.findings(host).has(finding))
        && words.every((word) => this.text(host).includes(word)));
    }

    text(host) {
      host.text ??= [...host.node.rows[0].cells, ...host.node.querySelectorAll('dd')]
        .map((part) => part.textContent).join('\n').toLowerCase();
      return host.text;
    }

    findings(host) {
      const of = (link) => document.querySelector(link.hash).closest('.finding').dataset.finding;
      host.findings ??= new Set([...host.node.querySelectorAll('a[href^="#c"]')].map(of));
      return host.findings;
    }

    // Up, then down, then as the report has it.
    sort(column, head) {
      const first = head.dataset.sort === 'number' ? 'descending' : 'ascending';
      const second = first === 'ascending' ? 'descending' : 'ascending';
      const now = head.getAttribute('aria-sort');
      const next = now === null ? first : now === first ? second : null;
      for (const other of head.parentElement.cells) other.removeAttribute('aria-sort');
      if (next) head.setAttribute('aria-sort', next);
      const keys = this.keys[column] ??= this.places.map((host) => this.key(host, column, head.dataset.sort));
      const sign = next === 'descending' ? -1 : 1;
      const by = (one, other) => {
        const [a, b] = [keys[one.place], keys[other.place]];
        return (a < b ? -sign : a > b ? sign : 0) || one.place - other.place;
      };
      this.hosts.sort(next ? by : (one, other) => one.place - other.place);
      this.select();
      this.first = 0;
      this.draw();
    }

    key(host, column, kind) {
      const cell = host.node.rows[0].cells[column];
      switch (kind) {
        case 'number': return Number(cell.textContent.replace(/,/g, '')) || 0;
        case 'verdict': return this.order.indexOf(host.verdict);
        case 'address': return address(cell.firstChild.textContent);
        default: return cell.textContent.trim() || '\uffff';
      }
    }
  }

  // An address as text that compares like the number: IPv4 before IPv6.
  function address(text) {
    if (!text.includes(':')) return '4' + text.split('.').map((part) => part.padStart(3, '0')).join('');
    const [head, tail] = text.split('::').map((half) => half.split(':').filter(Boolean));
    const zeros = tail ? Array(8 - head.length - tail.length).fill('0') : [];
    return '6' + [...head, ...zeros, ...(tail || [])].map((part) => part.padStart(4, '0')).join('');
  }
})();
